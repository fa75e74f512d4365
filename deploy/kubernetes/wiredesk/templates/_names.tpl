{{- define "wiredesk.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end -}}

{{- define "wiredesk.contracts" -}}{{ .Files.Get "files/contracts.json" }}{{- end -}}

{{- /* The Kafka name of a topic or group in the release's lane. */ -}}
{{- define "wiredesk.inLane" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}
{{- if $root.Values.lane }}{{ $root.Values.lane }}.{{ end }}{{ $name }}
{{- end -}}

{{- define "wiredesk.selector" -}}
app.kubernetes.io/name: wiredesk
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "wiredesk.labels" -}}
{{ include "wiredesk.selector" . }}
app.kubernetes.io/part-of: wiredesk
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
{{- end -}}

{{- define "wiredesk.image" -}}
{{- $root := index . 0 -}}{{- $image := $root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ index . 1 }}:{{ $image.tag | default $root.Chart.AppVersion }}
{{- end -}}

{{- /* Numbers come as floats: 5242880 would be written 5.24288e+06. */ -}}
{{- define "wiredesk.word" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ printf "%d" (int64 .) }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{- define "wiredesk.kafkaName" -}}{{ .Values.kafka.strimzi.clusterName | default (include "wiredesk.name" .) }}{{- end -}}

{{- define "wiredesk.postgresName" -}}
{{ .Values.postgres.cloudnativepg.clusterName | default (printf "%s-postgres" (include "wiredesk.name" .)) }}
{{- end -}}

{{- /* Host and port: within the namespace, or in full for who asks from another. */ -}}
{{- define "wiredesk.bootstrapServers" -}}
{{- if .Values.kafka.strimzi.enabled }}{{ include "wiredesk.kafkaName" . }}-kafka-bootstrap:9093
{{- else }}{{ .Values.kafka.external.bootstrapServers }}{{ end -}}
{{- end -}}

{{- define "wiredesk.securityProtocol" -}}
{{ if .Values.kafka.strimzi.enabled }}SASL_SSL{{ else }}{{ .Values.kafka.external.securityProtocol }}{{ end }}
{{- end -}}

{{- define "wiredesk.saslMechanism" -}}
{{ if .Values.kafka.strimzi.enabled }}SCRAM-SHA-512{{ else }}{{ .Values.kafka.external.saslMechanism }}{{ end }}
{{- end -}}

{{- /* {secretName, key} of the CA that signed the brokers' certificates; empty where the system's will do. */ -}}
{{- define "wiredesk.kafkaCa" -}}
{{- if .Values.kafka.strimzi.enabled -}}
{{ dict "secretName" (printf "%s-cluster-ca-cert" (include "wiredesk.kafkaName" .)) "key" "ca.crt" | toJson }}
{{- else if hasSuffix "SSL" .Values.kafka.external.securityProtocol -}}
{{ .Values.kafka.external.ca | toJson }}
{{- else -}}{}{{- end -}}
{{- end -}}

{{- define "wiredesk.dsn" -}}
{{- if .Values.postgres.cloudnativepg.enabled -}}
{{ dict "secretName" (printf "%s-app" (include "wiredesk.postgresName" .)) "key" "uri" | toJson }}
{{- else -}}{{ .Values.postgres.external.dsn | toJson }}{{- end -}}
{{- end -}}

{{- define "wiredesk.listensForHubs" -}}
{{ if and .Values.fetcher.settings.WIREDESK_FETCHER__WEBSUB_URL (not .Values.lane) }}yes{{ end }}
{{- end -}}
