import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { APPS } from '../../build/bundle.ts';
import type { findDigests } from '../../containers/digests.ts';
import type { ImageSource } from '../../containers/images.ts';
import { ARTIFACTS_DIR, ROOT } from '../../paths.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { withDaprChecksum } from './dapr-checksum.ts';

export const NAMESPACE = 'realtime-microservices';

/** The settings that differ between deployments. */
export interface Variant extends ImageSource {
  ingressClass: string;
  /** The namespace of Dapr's control plane. */
  daprNamespace: string;
  host: string | undefined;
  /** The Secret with the certificate for `host`. */
  tlsSecret: string | undefined;
  isTraefik: boolean;
  publish: boolean;
  /** True if Redis stores data in a folder on the node. */
  nodeVolume: boolean;
  /** True if Redis runs as a cluster of six nodes. */
  redisCluster: boolean;
  /** True for the `baseline` Pod Security Standard instead of `restricted`. */
  baseline: boolean;
  /** The digests of the images pushed with `tag`, if known. A tag can be moved, but a digest can't. */
  digests: ReturnType<typeof findDigests>;
  /** The number of bff instances if the deployment has been scaled. */
  bffs: number | undefined;
}

const resourceSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type Resource = z.infer<typeof resourceSchema>;

const FOLDER = join(ARTIFACTS_DIR, 'deploy');

/** Builds this variant's kustomization. Paths are relative to `folder`. */
export function kustomizationOf(variant: Variant, folder: string): object {
  const { registry, tag, daprNamespace, publish, nodeVolume, redisCluster, baseline, bffs, digests } =
    variant;
  const at = (path: string) => relative(folder, join(ROOT, 'k8s', path));
  const overlay = registry === undefined ? 'local' : 'registry';
  const components = [
    ...(nodeVolume && overlay === 'registry' ? ['node-volume'] : []),
    ...(redisCluster ? ['redis-cluster-nodes'] : []),
    ...(redisCluster && (nodeVolume || overlay === 'local') ? ['node-volume-cluster'] : []),
    ...(baseline ? ['baseline'] : []),
    ...(publish ? ['publish'] : []),
  ];
  const controlPlane = [
    {
      op: 'replace',
      path: '/spec/egress/0/to/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name',
      value: daprNamespace,
    },
  ];
  const { host } = variant;
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [at(`overlays/${overlay}`)],
    components: components.map((name) => at(`components/${name}`)),
    images: APPS.map((app) => ({
      name: `tocsin-${app}`,
      newName: `${registry === undefined ? '' : `${registry}/`}tocsin-${app}`,
      ...(digests[app] === undefined ? { newTag: tag } : { digest: digests[app] }),
    })),
    patches: [
      { target: { kind: 'Ingress' }, patch: JSON.stringify(ingressPatch(variant)) },
      ...(variant.tlsSecret !== undefined && variant.isTraefik
        ? [{ target: { kind: 'Ingress' }, patch: JSON.stringify(ENCRYPTED_ONLY) }]
        : []),
      {
        target: { kind: 'NetworkPolicy', name: 'dapr-control-plane|publishers' },
        patch: JSON.stringify(controlPlane),
      },
    ],
    ...(host !== undefined && { configMapGenerator: ['producer', 'bff'].map((app) => hostsOf(app, host)) }),
    ...(bffs !== undefined && { replicas: [{ name: 'bff', count: bffs }] }),
  };
}

/** Makes the applications also accept requests for the Ingress's host name. */
function hostsOf(app: string, host: string): object {
  const settings = readFileSync(join(ROOT, `k8s/base/${app}.env`), 'utf8').split('\n');
  const allowed = settings.find((line) => line.startsWith('ALLOWED_HOSTS=')) ?? 'ALLOWED_HOSTS=';
  return { name: app, namespace: NAMESPACE, behavior: 'merge', literals: [`${allowed},${host}`] };
}

function ingressPatch({ ingressClass, host, tlsSecret }: Variant): object[] {
  const tls = { hosts: [host], secretName: tlsSecret };
  return [
    { op: 'replace', path: '/spec/ingressClassName', value: ingressClass },
    ...(host === undefined ? [] : [{ op: 'add', path: '/spec/rules/0/host', value: host }]),
    ...(tlsSecret === undefined ? [] : [{ op: 'add', path: '/spec/tls', value: [tls] }]),
  ];
}

/** Adds the annotations that make Traefik serve only HTTPS, and keeps the Ingress's other annotations. */
const ENCRYPTED_ONLY = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    // Kustomize requires a name but ignores it: the target selects the Ingress.
    name: 'any',
    annotations: {
      'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure',
      'traefik.ingress.kubernetes.io/router.tls': 'true',
    },
  },
};

/**
 * Writes this variant's kustomization to `.artifacts/deploy` and renders it, with checksums that make pods restart when
 * Dapr's documents change.
 * @throws Failure if kubectl can't render it
 */
export async function render(kubectl: Kubectl, variant: Variant): Promise<Resource[]> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'kustomization.yaml'), stringify(kustomizationOf(variant, FOLDER)));
  const text = await kubectl.text(['kustomize', FOLDER]);
  return withDaprChecksum(parseAllDocuments(text).map((document) => resourceSchema.parse(document.toJS())));
}
