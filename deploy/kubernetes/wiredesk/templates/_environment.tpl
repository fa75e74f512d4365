{{- /* Variables of a service that are no secret, as a map: (root, service). */ -}}
{{- define "wiredesk.environment" -}}
{{- $root := index . 0 -}}{{- $service := index . 1 -}}{{- $values := $root.Values -}}
{{- $found := dict
  "WIREDESK_KAFKA__BOOTSTRAP_SERVERS" (include "wiredesk.bootstrapServers" $root)
  "WIREDESK_KAFKA__SECURITY_PROTOCOL" (include "wiredesk.securityProtocol" $root)
  "WIREDESK_KAFKA__PARTITIONS" $values.kafka.partitions
  "WIREDESK_KAFKA__REPLICATION_FACTOR" $values.kafka.replicationFactor
  "WIREDESK_HEALTH__HOST" "0.0.0.0"
  "WIREDESK_HEALTH__PORT" 8080
  "WIREDESK_LOG__FORMAT" "json"
-}}
{{- if $values.lane }}{{ $_ := set $found "WIREDESK_LANE" $values.lane }}{{ end -}}
{{- if hasPrefix "SASL" (include "wiredesk.securityProtocol" $root) -}}
{{- $_ := set $found "WIREDESK_KAFKA__SASL_MECHANISM" (include "wiredesk.saslMechanism" $root) -}}
{{- $_ := set $found "WIREDESK_KAFKA__SASL_PASSWORD_FILE" "/run/wiredesk/kafka-login/password" -}}
{{- if $values.kafka.strimzi.enabled -}}
{{- $_ := set $found "WIREDESK_KAFKA__SASL_USERNAME" (printf "%s-%s" (include "wiredesk.name" $root) $service) -}}
{{- end -}}
{{- end -}}
{{- if (include "wiredesk.kafkaCa" $root | fromJson).secretName -}}
{{- $_ := set $found "WIREDESK_KAFKA__SSL_CAFILE" "/run/wiredesk/kafka-ca/ca.crt" -}}
{{- end -}}
{{- if include "wiredesk.showsCertificate" $root -}}
{{- $_ := set $found "WIREDESK_KAFKA__SSL_CERTFILE" "/run/wiredesk/kafka-certificate/tls.crt" -}}
{{- $_ := set $found "WIREDESK_KAFKA__SSL_KEYFILE" "/run/wiredesk/kafka-certificate/tls.key" -}}
{{- end -}}
{{- if eq $service "fetcher" -}}
{{- $_ := set $found "WIREDESK_FETCHER__DSN_FILE" "/run/wiredesk/postgres/dsn" -}}
{{- if $values.fetcher.botKey.secretName -}}
{{- $_ := set $found "WIREDESK_FETCHER__BOT_KEY_FILE" "/run/wiredesk/bot/bot.pem" -}}
{{- end -}}
{{- if include "wiredesk.listensForHubs" $root -}}
{{- $_ := set $found "WIREDESK_FETCHER__WEBSUB_HOST" "0.0.0.0" -}}
{{- $_ := set $found "WIREDESK_FETCHER__WEBSUB_PORT" 8780 -}}
{{- end -}}
{{- end -}}
{{- if has $service (list "storage" "desk") -}}
{{- $_ := set $found "WIREDESK_STORAGE__DSN_FILE" "/run/wiredesk/postgres/dsn" -}}
{{- end -}}
{{- if eq $service "desk" -}}
{{- $_ := set $found "WIREDESK_DESK__HOST" "0.0.0.0" -}}
{{- $_ := set $found "WIREDESK_DESK__PORT" 8780 -}}
{{- if $values.desk.reachesWeb -}}
{{- with $values.fetcher.settings.WIREDESK_FETCHER__CONTACT }}{{ $_ := set $found "WIREDESK_FETCHER__CONTACT" . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $found = merge (deepCopy (index $values $service).settings) (deepCopy $values.settings) $found -}}
{{- range $name := keys $found | sortAlpha }}
{{ $name }}: {{ include "wiredesk.word" (index $found $name) | quote }}
{{- end }}
{{- end -}}

{{- define "wiredesk.showsCertificate" -}}
{{- $external := .Values.kafka.external -}}
{{ if and (not .Values.kafka.strimzi.enabled) (hasSuffix "SSL" $external.securityProtocol) $external.certificate.secretName }}yes{{ end }}
{{- end -}}

{{- /* What is a secret and no file: the name in a login, where it stands in the Secret. (root, login) */ -}}
{{- define "wiredesk.username" -}}
{{- $root := index . 0 -}}{{- $login := index . 1 -}}
{{- if and (not $root.Values.kafka.strimzi.enabled) (hasPrefix "SASL" $root.Values.kafka.external.securityProtocol) }}
- name: WIREDESK_KAFKA__SASL_USERNAME
  valueFrom: {secretKeyRef: {name: {{ $login.secretName }}, key: {{ $login.usernameKey }}}}
{{- end }}
{{- end -}}

{{- /* Volumes with what Kafka's login needs: (root, service, login). */ -}}
{{- define "wiredesk.kafkaVolumes" -}}
{{- $root := index . 0 -}}{{- $login := index . 2 -}}
{{- if hasPrefix "SASL" (include "wiredesk.securityProtocol" $root) }}
- name: kafka-login
  secret:
    defaultMode: 0440
    {{- if $root.Values.kafka.strimzi.enabled }}
    secretName: {{ include "wiredesk.name" $root }}-{{ index . 1 }}
    items: [{key: password, path: password}]
    {{- else }}
    secretName: {{ $login.secretName }}
    items: [{key: {{ $login.passwordKey }}, path: password}]
    {{- end }}
{{- end }}
{{- with include "wiredesk.kafkaCa" $root | fromJson }}
{{- if .secretName }}
- name: kafka-ca
  secret: {secretName: {{ .secretName }}, defaultMode: 0440, items: [{key: {{ .key }}, path: ca.crt}]}
{{- end }}
{{- end }}
{{- if include "wiredesk.showsCertificate" $root }}
{{- with $root.Values.kafka.external.certificate }}
- name: kafka-certificate
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
    items: [{key: {{ .certKey }}, path: tls.crt}, {key: {{ .keyKey }}, path: tls.key}]
{{- end }}
{{- end }}
{{- end -}}

{{- define "wiredesk.kafkaMounts" -}}
{{- if hasPrefix "SASL" (include "wiredesk.securityProtocol" .) }}
- {name: kafka-login, mountPath: /run/wiredesk/kafka-login, readOnly: true}
{{- end }}
{{- if (include "wiredesk.kafkaCa" . | fromJson).secretName }}
- {name: kafka-ca, mountPath: /run/wiredesk/kafka-ca, readOnly: true}
{{- end }}
{{- if include "wiredesk.showsCertificate" . }}
- {name: kafka-certificate, mountPath: /run/wiredesk/kafka-certificate, readOnly: true}
{{- end }}
{{- end -}}
