{{- define "failing.selector" -}}
app.kubernetes.io/name: failing
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "failing.labels" -}}
{{ include "failing.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
