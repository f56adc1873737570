{{- define "il2watch.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "il2watch.selector" -}}
app.kubernetes.io/name: il2watch
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "il2watch.labels" -}}
{{ include "il2watch.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "il2watch.meta" -}}
name: {{ include "il2watch.name" .root }}-{{ .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "il2watch.labels" . | nindent 2 }}
{{- end }}

{{- /* The site's configuration, and below it the [broker] table of one service: each has a name and a password of its own. */ -}}
{{- define "il2watch.site" -}}
{{ if not .bare }}{{ .root.Values.site }}

{{ end }}[broker]
servers = {{ required "kafka.servers: name the brokers, host:port, comma separated" .root.Values.kafka.servers | quote }}
security-protocol = {{ .root.Values.kafka.securityProtocol | quote }}
{{- if hasPrefix "SASL" .root.Values.kafka.securityProtocol }}
sasl-mechanism = {{ .root.Values.kafka.saslMechanism | quote }}
sasl-username = {{ required (printf "%s.kafkaUser.name: whom Kafka knows it as" .service) .of.kafkaUser.name | quote }}
password-file = "/run/secrets/kafka-password"
{{- end }}
{{- if .root.Values.kafka.ca.secret }}
ssl-cafile = "/run/secrets/kafka-ca.crt"
{{- end }}
{{- end }}

{{- define "il2watch.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "il2watch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "il2watch.image" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- /* What every pod of ours has, but its containers. */ -}}
{{- define "il2watch.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "il2watch.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 64Mi }
  - name: site
    configMap: { name: {{ include "il2watch.name" .root }}-{{ .component }} }
  - name: secrets
    {{- if not (or (hasPrefix "SASL" .root.Values.kafka.securityProtocol) .root.Values.kafka.ca.secret .of.secrets) }}
    emptyDir: { sizeLimit: 1Mi }
    {{- else }}
    projected:
      defaultMode: 0440
      sources:
        {{- if hasPrefix "SASL" .root.Values.kafka.securityProtocol }}
        - secret:
            name: {{ required (printf "%s.kafkaUser.secret: the secret that holds its password" .service) .of.kafkaUser.secret }}
            items: [{ key: {{ .of.kafkaUser.key }}, path: kafka-password }]
        {{- end }}
        {{- with .root.Values.kafka.ca }}
        {{- if .secret }}
        - secret:
            name: {{ .secret }}
            items: [{ key: {{ .key }}, path: kafka-ca.crt }]
        {{- end }}
        {{- end }}
        {{- range .of.secrets }}
        - secret:
            name: {{ .secret }}
            items: [{ key: {{ .key }}, path: {{ .path | default .key }} }]
        {{- end }}
    {{- end }}
{{- end }}

{{- define "il2watch.mounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: site, mountPath: /etc/il2watch, readOnly: true }
- { name: secrets, mountPath: /run/secrets, readOnly: true }
{{- end }}

{{- /* The container of a service that lasts. `args`: its command; `metrics`: its port; `more`: other ports by name. */ -}}
{{- define "il2watch.container" -}}
- name: {{ .component }}
  {{- include "il2watch.image" .root | nindent 2 }}
  args: {{ toJson .args }}
  env:
    - { name: IL2WATCH_CONFIG, value: /etc/il2watch/site.toml }
  ports:
    - { name: metrics, containerPort: {{ .metrics }} }
    {{- range $name, $port := .more }}
    - { name: {{ $name }}, containerPort: {{ $port }} }
    {{- end }}
  startupProbe:
    httpGet: { path: /-/healthy, port: metrics }
    periodSeconds: 3
    failureThreshold: 40
  livenessProbe:
    httpGet: { path: /-/healthy, port: metrics }
    periodSeconds: 15
    timeoutSeconds: 5
    failureThreshold: 3
  readinessProbe:
    httpGet: { path: /-/ready, port: metrics }
    periodSeconds: 5
    timeoutSeconds: 5
  resources:
    {{- toYaml .of.resources | nindent 4 }}
  securityContext:
    {{- include "il2watch.containerSecurity" . | nindent 4 }}
  volumeMounts:
    {{- include "il2watch.mounts" . | nindent 4 }}
{{- end }}

{{- /* One node that fails shall not take all of them. */ -}}
{{- define "il2watch.spread" -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "il2watch.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{- /* A Deployment with its configuration, its Service and its PodDisruptionBudget. `replicas` null: something else scales it. */ -}}
{{- define "il2watch.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "il2watch.meta" . | nindent 2 }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ .replicas }}
  {{- end }}
  # One after the other: a new one is ready, its partitions recovered, before an old one goes.
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  selector:
    matchLabels:
      {{- include "il2watch.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "il2watch.labels" . | nindent 8 }}
      annotations:
        checksum/site: {{ include "il2watch.site" . | sha256sum }}
    spec:
      {{- include "il2watch.pod" . | nindent 6 }}
      # A service stops within 10 s of the signal, whatever the broker does.
      terminationGracePeriodSeconds: 30
      {{- include "il2watch.spread" . | nindent 6 }}
      containers:
        {{- include "il2watch.container" . | nindent 8 }}
---
{{ include "il2watch.beside" . }}
{{- end }}

{{- define "il2watch.beside" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "il2watch.meta" . | nindent 2 }}
data:
  site.toml: |
    {{- include "il2watch.site" . | nindent 4 }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "il2watch.meta" . | nindent 2 }}
spec:
  type: {{ .serviceType | default "ClusterIP" }}
  selector:
    {{- include "il2watch.selector" . | nindent 4 }}
  ports:
    - { name: metrics, port: {{ .metrics }}, targetPort: metrics }
    {{- range $name, $port := .more }}
    - { name: {{ $name }}, port: {{ $port }}, targetPort: {{ $name }} }
    {{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "il2watch.meta" . | nindent 2 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "il2watch.selector" . | nindent 6 }}
{{- end }}
