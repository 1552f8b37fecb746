import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../paths.ts';
import { Kubectl } from '../cluster/kubectl.ts';
import { kustomizationOf, render, type Variant } from './kustomization.ts';
import { kustomize } from './kustomize.ts';

const plain: Variant = {
  registry: 'reg.example/team',
  tag: '1.2.3',
  ingressClass: 'traefik',
  daprNamespace: 'dapr-system',
  host: undefined,
  tlsSecret: undefined,
  isTraefik: true,
  publish: false,
  nodeVolume: false,
  redisCluster: false,
  baseline: false,
  digests: {},
  bffs: undefined,
};
const kustomizationWith = (changes: Partial<Variant>) =>
  kustomizationOf({ ...plain, ...changes }, join(ROOT, '.artifacts', 'deploy'));

it('should use the registry’s images with the tag', () => {
  expect(kustomizationWith({})).toMatchObject({
    resources: ['../../k8s/overlays/registry'],
    components: [],
    images: [
      { name: 'tocsin-producer', newName: 'reg.example/team/tocsin-producer', newTag: '1.2.3' },
      { name: 'tocsin-bff', newName: 'reg.example/team/tocsin-bff', newTag: '1.2.3' },
      { name: 'tocsin-ui', newName: 'reg.example/team/tocsin-ui', newTag: '1.2.3' },
    ],
  });
});

it('should use a pushed image’s digest if known', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(kustomizationWith({ digests: { bff: digest } })).toMatchObject({
    images: [{ newTag: '1.2.3' }, { newName: 'reg.example/team/tocsin-bff', digest }, { newTag: '1.2.3' }],
  });
});

it('should use the local overlay, which has a volume on the node, if there is no registry', () => {
  const local = kustomizationWith({ registry: undefined, nodeVolume: true });
  expect(local).toMatchObject({ resources: ['../../k8s/overlays/local'], components: [] });
  expect(local).toHaveProperty('images.0.newName', 'tocsin-producer');
});

it('should add the components and settings that the options and the cluster require', () => {
  const all = kustomizationWith({
    ...{ nodeVolume: true, baseline: true, publish: true },
    ...{ host: 'notify.example.com', bffs: 5 },
  });
  expect(all).toMatchObject({
    components: ['node-volume', 'baseline', 'publish'].map((name) => `../../k8s/components/${name}`),
    replicas: [{ name: 'bff', count: 5 }],
  });
  expect(JSON.stringify(all)).toContain('notify.example.com');
  const hosts = /^ALLOWED_HOSTS=(?:bff|producer),.*,notify\.example\.com$/;
  expect(all).toMatchObject({
    configMapGenerator: ['producer', 'bff'].map((name) => ({
      ...{ name, namespace: 'realtime-microservices', behavior: 'merge' },
      literals: [expect.stringMatching(hosts)],
    })),
  });
});

it.each([
  [{}, ['redis-cluster-nodes']],
  [{ nodeVolume: true }, ['node-volume', 'redis-cluster-nodes', 'node-volume-cluster']],
  [{ registry: undefined, nodeVolume: true }, ['redis-cluster-nodes', 'node-volume-cluster']],
])(
  'should add the components for a Redis Cluster and for volumes, given the options %j',
  (changes, components) => {
    expect(kustomizationWith({ ...changes, redisCluster: true })).toMatchObject({
      components: components.map((name) => `../../k8s/components/${name}`),
    });
  },
);

it('should let sidecars reach Dapr in the namespace where it runs', () => {
  const controlPlane = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'dapr-system' } },
  };
  const policies = parseAllDocuments(readFileSync(join(ROOT, 'k8s/base/network-policies.yaml'), 'utf8'))
    .map(
      (document) => document.toJS() as { metadata: { name: string }; spec: { egress?: { to: unknown[] }[] } },
    )
    .filter(({ spec }) => JSON.stringify(spec.egress ?? []).includes('dapr-system'));
  const { patches } = z
    .object({
      patches: z.array(
        z.object({ target: z.looseObject({ name: z.string().optional() }), patch: z.string() }),
      ),
    })
    .parse(kustomizationWith({ daprNamespace: 'dapr-elsewhere' }));
  expect(policies.map(({ metadata }) => metadata.name)).toEqual(['dapr-control-plane', 'publishers']);
  for (const { metadata, spec } of policies) {
    expect(spec.egress?.[0]?.to).toEqual([controlPlane]);
    const patch = patches.find(({ target }) => target.name?.split('|').includes(metadata.name))?.patch;
    expect(JSON.parse(patch ?? '')).toEqual([
      {
        op: 'replace',
        path: '/spec/egress/0/to/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name',
        value: 'dapr-elsewhere',
      },
    ]);
  }
});

it('should give the Ingress the host’s certificate, and make Traefik serve only HTTPS', () => {
  const secured = { host: 'notify.example.com', tlsSecret: 'notify-tls' };
  const patchesOf = (variant: Partial<Variant>): unknown => {
    const { patches } = z
      .object({
        patches: z.array(z.object({ target: z.looseObject({ kind: z.string() }), patch: z.string() })),
      })
      .parse(kustomizationWith(variant));
    return patches
      .filter(({ target }) => target.kind === 'Ingress')
      .map(({ patch }): unknown => JSON.parse(patch));
  };
  const tls = {
    op: 'add',
    path: '/spec/tls',
    value: [{ hosts: ['notify.example.com'], secretName: 'notify-tls' }],
  };
  const annotations = {
    'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure',
    'traefik.ingress.kubernetes.io/router.tls': 'true',
  };
  expect(patchesOf(secured)).toEqual([
    expect.arrayContaining([tls]),
    expect.objectContaining({ metadata: { name: 'any', annotations } }),
  ]);
  const elsewhere = JSON.stringify(patchesOf({ ...secured, isTraefik: false }));
  expect(elsewhere).toContain('notify-tls');
  expect(elsewhere).not.toContain('traefik.ingress');
  expect(JSON.stringify(patchesOf({}))).not.toContain('tls');
});

it('should restart the pods that have a sidecar, and no others, if one of Dapr’s documents changes', async () => {
  const base = kustomize(join(ROOT, 'k8s/base'));
  const templatesWith = async (kind: string) => {
    const documents = base.map((item) => (item.kind === kind ? { ...item, changed: true } : item));
    const stdout = documents.map((document) => stringify(document)).join('---\n');
    const rendered = await render(new Kubectl(async () => ({ code: 0, stdout, stderr: '' })), plain);
    return ['producer', 'bff', 'ui'].map((app) => {
      const found = rendered.find(
        ({ kind: type, metadata }) => type === 'Deployment' && metadata.name === app,
      );
      return JSON.stringify((found?.['spec'] as { template?: object } | undefined)?.template);
    });
  };
  const before = await templatesWith('none');
  for (const kind of ['Component', 'Configuration', 'Resiliency']) {
    const after = await templatesWith(kind);
    expect(after.map((template, at) => template === before[at])).toEqual([false, false, true]);
  }
  expect(await templatesWith('NetworkPolicy')).toEqual(before);
});
