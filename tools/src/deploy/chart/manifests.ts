import { z } from 'zod';
import type { Document } from '../manifests/kustomize.ts';
import { withOptions } from './options.ts';
import type { TemplateText } from './template-text.ts';

const containerSchema = z.looseObject({ name: z.string(), image: z.string() });
const podSchema = z.looseObject({
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({ containers: z.tuple([containerSchema]) }),
});
const workloadSchema = z.looseObject({ spec: z.looseObject({ template: podSchema }) });
const APPS_WITH_SETTINGS = ['producer', 'bff'];

/**
 * Inserts the chart's values into a Deployment or StatefulSet. The workload, its only container and its section in the
 * values have the same name.
 */
function workload(document: Document, text: TemplateText): Document {
  const parsed = workloadSchema.parse(document);
  const { name } = document.metadata;
  const { template } = parsed.spec;
  const [container] = template.spec.containers;
  const isRedis = name === 'redis';
  const annotations = {
    ...template.metadata.annotations,
    // Restart the pods when a setting or one of Dapr's documents changes, as with `npm run deploy`.
    ...(APPS_WITH_SETTINGS.includes(name) && {
      'checksum/settings': text.value(`{{ include "tocsin.settings" (list $ "${name}") | sha256sum }}`),
      'checksum/dapr': text.value('{{ include (print $.Template.BasePath "/dapr.yaml") . | sha256sum }}'),
    }),
    ...(name === 'bff' && {
      [text.value(
        '{{- if .Values.bff.away.file }}\nchecksum/away: {{ include (print $.Template.BasePath "/away.yaml") . | sha256sum }}\n{{- end }}',
      )]: null,
    }),
    ...(isRedis && {
      'checksum/redis': text.value(
        '{{ include (print $.Template.BasePath "/redis-config.yaml") . | sha256sum }}',
      ),
    }),
  };
  const spec = {
    ...template.spec,
    [text.value(
      '{{- with .Values.image.pullSecrets }}\nimagePullSecrets: {{ toYaml . | nindent 8 }}\n{{- end }}',
    )]: null,
    [text.value('{{- with .Values.nodeSelector }}\nnodeSelector: {{ toYaml . | nindent 8 }}\n{{- end }}')]:
      null,
    [text.value('{{- with .Values.tolerations }}\ntolerations: {{ toYaml . | nindent 8 }}\n{{- end }}')]:
      null,
    containers: [
      {
        ...container,
        image: isRedis
          ? text.value('{{ .Values.redis.image | quote }}')
          : text.value(`{{ include "tocsin.image" (list . "${name}") | quote }}`),
        imagePullPolicy: text.value('{{ .Values.image.pullPolicy }}'),
        ...(name === 'ui' && { env: text.value('{{ include "tocsin.uiEnv" . | trim | nindent 12 }}') }),
        resources: text.value(
          `{{ .Values.${name}.resources | default (fromJson ${JSON.stringify(JSON.stringify(container['resources']))}) | toJson }}`,
        ),
      },
    ],
  };
  return {
    ...document,
    spec: {
      ...withReplicas(parsed.spec, name, text),
      template: { ...template, metadata: { ...template.metadata, annotations }, spec },
    },
  };
}

function withReplicas(
  spec: Record<string, unknown>,
  name: string,
  text: TemplateText,
): Record<string, unknown> {
  const { replicas, ...rest } = spec;
  if (name === 'redis') return { ...rest, replicas };
  if (name !== 'bff') return { replicas: text.value(`{{ .Values.${name}.replicas }}`), ...rest };
  // With the autoscaler on, an upgrade must not reset the number of replicas.
  const unlessScaled =
    '{{- if not .Values.bff.autoscaling.enabled }}\nreplicas: {{ .Values.bff.replicas }}\n{{- end }}';
  return { [text.value(unlessScaled)]: null, ...rest };
}

const VOLUME = z.looseObject({ spec: z.looseObject({ volumeClaimTemplates: z.tuple([z.looseObject({})]) }) });

function statefulSet(document: Document, text: TemplateText): Document {
  const set = VOLUME.parse(workload(document, text));
  const [claim] = set.spec.volumeClaimTemplates;
  const storageClass = '{{- with .Values.redis.storageClass }}\nstorageClassName: {{ . }}\n{{- end }}';
  set.spec.volumeClaimTemplates = [
    {
      ...claim,
      spec: {
        accessModes: ['ReadWriteOnce'],
        [text.value(storageClass)]: null,
        resources: { requests: { storage: text.value('{{ .Values.redis.storage }}') } },
      },
    },
  ];
  return set as unknown as Document;
}

function autoscaler(document: Document, text: TemplateText): Document {
  const { spec } = z.looseObject({ spec: z.looseObject({}) }).parse(document);
  const [min, max] = ['min', 'max'].map((end) => text.value(`{{ .Values.bff.autoscaling.${end} }}`));
  return { ...document, spec: { ...spec, minReplicas: min, maxReplicas: max } };
}

/** An Ingress for one host name or for all. With a certificate, annotations make Traefik serve only HTTPS. */
function ingress(document: Document, text: TemplateText): Document {
  const { spec } = z.looseObject({ spec: z.object({ rules: z.tuple([z.looseObject({})]) }) }).parse(
    // Keep only the rules because the chart's values set the class.
    { ...document, spec: { rules: (document['spec'] as { rules: unknown }).rules } },
  );
  const annotations = `{{- $tls := ternary (dict "traefik.ingress.kubernetes.io/router.entrypoints" "websecure" "traefik.ingress.kubernetes.io/router.tls" "true") (dict) (and (ne .Values.ingress.tlsSecret "") (eq .Values.ingress.className "traefik")) }}
{{- with merge (deepCopy .Values.ingress.annotations) $tls }}
annotations: {{ toYaml . | nindent 4 }}
{{- end }}`;
  const host = '{{- with .Values.ingress.host }}\n  host: {{ . | quote }}\n  {{- end }}';
  const tls = `{{- with .Values.ingress.tlsSecret }}
tls:
  - hosts: [{{ $.Values.ingress.host | quote }}]
    secretName: {{ . }}
{{- end }}`;
  return {
    ...document,
    metadata: { ...document.metadata, [text.value(annotations)]: null },
    spec: {
      ingressClassName: text.value('{{ .Values.ingress.className | quote }}'),
      [text.value(tls)]: null,
      rules: [{ ...spec.rules[0], [text.value(host.replaceAll('\n  ', '\n'))]: null }],
    },
  };
}

const egressSchema = z.looseObject({ spec: z.looseObject({ egress: z.array(z.looseObject({})) }) });

/**
 * Takes the namespace of Dapr's control plane from the values. The first egress rule allows traffic to the control
 * plane.
 */
function controlPlane(document: Document, text: TemplateText): Document {
  const { spec } = egressSchema.parse(document);
  const namespace = text.value('{{ .Values.daprNamespace }}');
  const to = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }];
  return { ...document, spec: { ...spec, egress: [{ to }, ...spec.egress.slice(1)] } };
}

const scopesSchema = z.looseObject({
  spec: z.looseObject({ metadata: z.array(z.looseObject({ name: z.string() })) }),
});

/** Lets the applications listed in the values publish to the `notifications` topic. */
function pubsub(document: Document, text: TemplateText): Document {
  const parsed = scopesSchema.parse(document);
  for (const setting of parsed.spec.metadata)
    if (setting.name === 'publishingScopes')
      setting['value'] = text.value(
        `"${String(setting['value'])}{{ range .Values.publishers }};{{ . }}=notifications{{ end }}"`,
      );
  return parsed as unknown as Document;
}

const quotaSchema = z.looseObject({ spec: z.object({ hard: z.record(z.string(), z.string()) }) });

/** The quota from k8s/components. The values set the storage and can override each limit. */
function quota(document: Document, text: TemplateText): Document {
  const { hard } = quotaSchema.parse(document).spec;
  const defaults = `(fromJson ${JSON.stringify(JSON.stringify(hard))})`;
  const storage = '(dict "requests.storage" .Values.redis.storage)';
  const merged = `{{ merge (deepCopy .Values.quotas.namespace.hard) ${storage} ${defaults} | toJson }}`;
  return { ...document, spec: { hard: text.value(merged) } };
}

type Change = (document: Document, text: TemplateText) => Document;
const CHANGES: Record<string, Change> = {
  'Deployment producer': workload,
  'Deployment bff': workload,
  'Deployment ui': workload,
  'StatefulSet redis': statefulSet,
  'HorizontalPodAutoscaler bff': autoscaler,
  'Ingress tocsin': ingress,
  'Ingress publish': ingress,
  'NetworkPolicy dapr-control-plane': controlPlane,
  'NetworkPolicy publishers': controlPlane,
  'Component notification-pubsub': pubsub,
  'ResourceQuota tocsin': quota,
};

/** When to include a document in a release. Documents without a condition are always included. */
const CONDITIONS: Record<string, string> = {
  'HorizontalPodAutoscaler bff': '.Values.bff.autoscaling.enabled',
  'Ingress tocsin': '.Values.ingress.enabled',
  'Ingress publish': 'and .Values.ingress.enabled .Values.publish',
  'NetworkPolicy publish': '.Values.publish',
  'ResourceQuota tocsin': '.Values.quotas.namespace.enabled',
  'LimitRange tocsin': '.Values.quotas.namespace.enabled',
  'Service redis': '.Values.redis.enabled',
  'StatefulSet redis': '.Values.redis.enabled',
  'ServiceAccount redis': '.Values.redis.enabled',
  'ConfigMap redis': '.Values.redis.enabled',
};

/** For example `Deployment bff`. */
export const nameOf = ({ kind, metadata }: Document): string => `${kind} ${metadata.name}`;

/** Converts a document of k8s/base to a template. */
export function templateOf(document: Document, text: TemplateText): string {
  const { namespace: _, ...metadata } = document.metadata;
  const labels = { ...(metadata['labels'] as object | undefined), 'app.kubernetes.io/part-of': 'tocsin' };
  const labeled = { ...document, metadata: { ...metadata, labels } } as Document;
  const changed = withOptions(CHANGES[nameOf(document)]?.(labeled, text) ?? labeled, text);
  const condition = CONDITIONS[nameOf(document)];
  const body = text.render(changed);
  return condition === undefined ? body : `{{- if ${condition} }}\n${body}{{- end }}\n`;
}

/** Names of all documents that have rules. Used to detect rules for documents that k8s/base no longer has. */
export const documentsWithRules = (): string[] => [
  ...new Set(
    [...Object.keys(CHANGES), ...Object.keys(CONDITIONS)].filter((name) => name !== 'ConfigMap redis'),
  ),
];
