{{- /* Pod security that every pod of ours has, of the pod and of its container. */ -}}
{{- define "wiredesk.podSecurity" -}}
# Kubernetes would set WIREDESK_…_SERVICE_HOST for every Service, and a service refuses a WIREDESK_ name it does not know.
enableServiceLinks: false
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  # Secrets are files that the group may read.
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "wiredesk.containerSecurity" -}}
imagePullPolicy: {{ if .Values.image.registry }}{{ .Values.image.pullPolicy }}{{ else }}Never{{ end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- /* The pod of a service: (root, service). */ -}}
{{- define "wiredesk.pod" -}}
{{- $root := index . 0 -}}{{- $service := index . 1 -}}{{- $own := index $root.Values $service -}}
{{- $name := include "wiredesk.name" $root -}}
{{- $stores := has $service (list "fetcher" "storage" "desk") -}}
metadata:
  labels: {{- include "wiredesk.labels" . | nindent 4 }}
  annotations:
    checksum/config: {{ include "wiredesk.environment" . | sha256sum }}
    {{- if and $root.Values.metrics.annotations (not $root.Values.metrics.podMonitor.enabled) }}
    prometheus.io/scrape: "true"
    prometheus.io/port: "8080"
    prometheus.io/path: /metrics
    {{- end }}
    {{- with $own.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ $name }}-{{ $service }}
  {{- include "wiredesk.podSecurity" $root | nindent 2 }}
  # What is in hand is finished within 25 s of SIGTERM; the desk first waits until nobody is sent to it any more.
  terminationGracePeriodSeconds: 35
  {{- if $root.Values.topologySpread.enabled }}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {app.kubernetes.io/name: wiredesk, app.kubernetes.io/instance: {{ $root.Release.Name }}, app.kubernetes.io/component: {{ $service }}}}
    {{- end }}
  {{- end }}
  {{- with $own.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  containers:
    - name: {{ $service }}
      image: {{ include "wiredesk.image" . }}
      {{- include "wiredesk.containerSecurity" $root | nindent 6 }}
      {{- if eq $service "desk" }}
      args: [serve]
      lifecycle: {preStop: {sleep: {seconds: 5}}}
      {{- end }}
      ports:
        - {name: health, containerPort: 8080}
        {{- if eq $service "desk" }}
        - {name: http, containerPort: 8780}
        {{- end }}
        {{- if and (eq $service "fetcher") (include "wiredesk.listensForHubs" $root) }}
        - {name: websub, containerPort: 8780}
        {{- end }}
      envFrom:
        - configMapRef: {name: {{ $name }}-{{ $service }}}
      {{- with printf "%s%s" (include "wiredesk.username" (list $root $root.Values.kafka.external.login)) (empty $own.extraEnv | ternary "" (printf "\n%s" (toYaml $own.extraEnv))) | trim }}
      env: {{- . | nindent 8 }}
      {{- end }}
      # The desk answers when PostgreSQL has let it in; the others at once, and say that they are not ready.
      startupProbe: {httpGet: {path: /livez, port: health}, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: {{ eq $service "desk" | ternary 72 24 }}}
      livenessProbe: {httpGet: {path: /livez, port: health}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6}
      # Kafka and PostgreSQL are each asked for up to five seconds.
      readinessProbe: {httpGet: {path: /readyz, port: health}, periodSeconds: 15, timeoutSeconds: 11, failureThreshold: 2}
      resources:
        requests: {cpu: {{ $own.resources.cpu | quote }}, memory: {{ $own.resources.memory | quote }}}
        limits: {memory: {{ $own.resources.memory | quote }}}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- with include "wiredesk.kafkaMounts" $root | trim }}{{ . | nindent 8 }}{{ end }}
        {{- if $stores }}
        - {name: postgres, mountPath: /run/wiredesk/postgres, readOnly: true}
        {{- end }}
        {{- if and (eq $service "fetcher") $own.botKey.secretName }}
        - {name: bot-key, mountPath: /run/wiredesk/bot, readOnly: true}
        {{- end }}
        {{- with $own.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - {name: tmp, emptyDir: {sizeLimit: 256Mi}}
    {{- with include "wiredesk.kafkaVolumes" (list $root $service $root.Values.kafka.external.login) | trim }}{{ . | nindent 4 }}{{ end }}
    {{- if $stores }}
    {{- with include "wiredesk.dsn" $root | fromJson }}
    - name: postgres
      secret: {secretName: {{ .secretName }}, defaultMode: 0440, items: [{key: {{ .key }}, path: dsn}]}
    {{- end }}
    {{- end }}
    {{- if and (eq $service "fetcher") $own.botKey.secretName }}
    - name: bot-key
      secret: {secretName: {{ $own.botKey.secretName }}, defaultMode: 0440, items: [{key: {{ $own.botKey.key }}, path: bot.pem}]}
    {{- end }}
    {{- with $own.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
{{- end -}}
