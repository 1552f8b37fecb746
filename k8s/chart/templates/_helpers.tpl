{{- /* The image of an application: (list $ "bff"). */ -}}
{{- define "tocsin.image" -}}
{{- $top := index . 0 }}{{ $app := index . 1 }}{{ $image := $top.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}tocsin-{{ $app }}
{{- with index $image.digests $app }}@{{ . }}{{ else }}:{{ $image.tag | default $top.Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* The setting that each member of quotas.limits changes, by application. */ -}}
{{- define "tocsin.limits" -}}
bff:
  connectionsPerBff: MAX_CONNECTIONS
  connectionsPerReader: MAX_CONNECTIONS_PER_READER
  writesPerMinute: WRITES_PER_MINUTE
  searchesPerMinute: SEARCHES_PER_MINUTE
  documentsPerReader: DOCUMENTS_PER_READER
  publicationsPerFeed: HISTORY_MAX
  bytesPerFeed: HISTORY_BYTES
  bytesPerUserFeed: USER_HISTORY_BYTES
producer:
  connectionsPerProducer: MAX_CONNECTIONS
  queuedNotifications: QUEUE_MAX
  queuedBytes: QUEUE_MAX_BYTES
{{- end }}

{{- /* An application's settings as YAML: from k8s/base, plus the host name and limits, overridden by the values. */ -}}
{{- define "tocsin.settings" -}}
{{- $top := index . 0 }}{{ $app := index . 1 -}}
{{- $base := include (printf "tocsin.defaults.%s" $app) $top | fromYaml -}}
{{- with $top.Values.ingress.host }}{{ $_ := set $base "ALLOWED_HOSTS" (printf "%s,%s" $base.ALLOWED_HOSTS .) }}{{ end -}}
{{- range $limit, $setting := get (include "tocsin.limits" $top | fromYaml) $app -}}
{{- if hasKey $top.Values.quotas.limits $limit }}{{ $_ := set $base $setting (get $top.Values.quotas.limits $limit | int64 | toString) }}{{ end -}}
{{- end -}}
{{- merge (deepCopy (index $top.Values $app).settings) $base | toYaml -}}
{{- end }}

{{- /* The value of one setting: (list $ "bff" "AUTH_MODE"). */ -}}
{{- define "tocsin.setting" -}}
{{- $settings := include "tocsin.settings" (list (index . 0) (index . 1)) | fromYaml -}}
{{- index $settings (index . 2) | default "" -}}
{{- end }}

{{- /* The ui's settings as environment variables: those in k8s/base/ui.yaml, overridden by the values. */ -}}
{{- define "tocsin.uiEnv" -}}
{{- range $name, $value := merge (deepCopy .Values.ui.settings) (dict "PORT" "8080") }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* Like `npm run deploy`, fails if the Ingress would be open to everyone. */ -}}
{{- define "tocsin.checkExposure" -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.insecure) -}}
{{- if ne (include "tocsin.setting" (list $ "bff" "AUTH_MODE")) "jwt" -}}
{{- fail "The Ingress would let anyone read every feed. Set bff.settings.AUTH_MODE=jwt, or ingress.insecure=true if only people you trust can reach the ingress controller." -}}
{{- end -}}
{{- if and .Values.publish (ne (include "tocsin.setting" (list $ "producer" "API_KEYS")) "on") -}}
{{- fail "publish=true would let anyone publish and erase. Set producer.settings.API_KEYS=on, or ingress.insecure=true if only people you trust can reach the ingress controller." -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Fails on invalid autoscaler bounds, which the cluster would reject only halfway through the installation. */ -}}
{{- define "tocsin.checkAutoscaling" -}}
{{- with .Values.bff.autoscaling -}}
{{- if and .enabled (gt (int .min) (int .max)) -}}
{{- fail "bff.autoscaling.min must not be above bff.autoscaling.max." -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* A Secret. Keeps values that exist in the cluster, and adds missing keys: (list $ name (dict key value)). */ -}}
{{- define "tocsin.secret" -}}
{{- $top := index . 0 }}{{ $name := index . 1 }}{{ $new := index . 2 -}}
{{- $existing := lookup "v1" "Secret" $top.Release.Namespace $name -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
  annotations:
    # Uninstalling keeps the secrets, because the stored data needs them. A later installation reuses them.
    helm.sh/resource-policy: keep
  labels:
    app.kubernetes.io/part-of: tocsin
data:
  {{- range $key, $value := $new }}
  {{ $key }}: {{ dig "data" $key ($value | b64enc) $existing | quote }}
  {{- end }}
{{- end }}
