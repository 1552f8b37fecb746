{{- /* Generated from k8s/base by `npm run chart`. Edit k8s/base or tools/src/deploy/chart instead. */ -}}
{{- define "tocsin.defaults.producer" -}}
PORT: "4000"
INTERNAL_PORT: "4100"
API_KEYS: "off"
ALLOWED_HOSTS: "producer,.{{ .Release.Namespace }},.{{ .Release.Namespace }}.svc,.{{ .Release.Namespace }}.svc.cluster.local"
DEMO_INTERVAL_MS: "0"
{{- end }}

{{- define "tocsin.defaults.bff" -}}
PORT: "4001"
INTERNAL_PORT: "4101"
DRAIN_DELAY_MS: "3000"
AUTH_MODE: "none"
ALLOWED_HOSTS: "bff,.{{ .Release.Namespace }},.{{ .Release.Namespace }}.svc,.{{ .Release.Namespace }}.svc.cluster.local"
TRUST_PROXY: "1"
{{- end }}
