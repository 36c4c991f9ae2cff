{{- define "definition.group" -}}
{{ .Values.group | default (printf "%s.example.com" .Release.Namespace) }}
{{- end }}
