{{- define "helm-purge.name" -}}
{{- if contains "helm-purge" .Release.Name -}}
{{- .Release.Name | trunc 44 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-helm-purge" (.Release.Name | trunc 32 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- define "helm-purge.labels" -}}
app.kubernetes.io/name: helm-purge
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "helm-purge.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* Not empty if a purge can run hooks: by `hooks` of a rule, or otherwise of the defaults. */ -}}
{{- define "helm-purge.runs-hooks" -}}
{{- $policy := fromYaml .Values.policy -}}
{{- $defaults := get $policy "defaults" -}}
{{- $rules := get $policy "rules" -}}
{{- /* A value that is not a list or a map is an error, which the program reports. */ -}}
{{- if not (kindIs "slice" $rules) }}{{ $rules = list dict }}{{ end -}}
{{- range $rule := $rules -}}
{{- $hooks := "run" -}}
{{- range $handling := list $defaults $rule -}}
{{- if kindIs "map" $handling }}{{ $hooks = get $handling "hooks" | default $hooks }}{{ end -}}
{{- end -}}
{{- if ne (toString $hooks) "skip" }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- /* The Job of both CronJobs. Arguments: `root`, `container` (its name), `account`, `arguments`, `backoffLimit`. */ -}}
{{- define "helm-purge.job" -}}
{{- $root := .root -}}
metadata:
  labels: {app.kubernetes.io/name: helm-purge}
spec:
  backoffLimit: {{ .backoffLimit }}
  ttlSecondsAfterFinished: 604800
  activeDeadlineSeconds: {{ $root.Values.activeDeadlineSeconds }}
  podFailurePolicy:
    rules:
      - action: Ignore
        onPodConditions: [{type: DisruptionTarget, status: "True"}]
      - action: FailJob
        onExitCodes: {containerName: {{ .container }}, operator: In, values: [1, 2, 3, 5, 8, 9]}
  template:
    metadata:
      labels: {app.kubernetes.io/name: helm-purge}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ .account }}
      terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile: {type: RuntimeDefault}
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .container }}
          image: {{ include "helm-purge.image" $root | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          command: [/helm-purge]
          args: {{- toYaml .arguments | nindent 12 }}
          env:
            - {name: HOME, value: /tmp}
            - {name: HELM_CACHE_HOME, value: /tmp/helm/cache}
            - {name: HELM_CONFIG_HOME, value: /tmp/helm/config}
            - {name: HELM_DATA_HOME, value: /tmp/helm/data}
            - {name: KUBECACHEDIR, value: /tmp/kube}
            # So that every run keeps this release.
            - {name: HELM_PURGE_SELF, value: {{ printf "%s/%s" $root.Release.Namespace $root.Release.Name | quote }}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          terminationMessagePolicy: FallbackToLogsOnError
          resources: {{- toYaml $root.Values.resources | nindent 12 }}
          volumeMounts:
            - {name: policy, mountPath: /policy, readOnly: true}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: policy
          configMap: {name: {{ include "helm-purge.name" $root }}-policy}
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
{{- end -}}
