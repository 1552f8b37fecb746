import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Document } from '../../tools/src/deploy/manifests/kustomize.ts';
import { nameOf, template } from './helm.ts';

const TENANT = {
  bff: { settings: { AUTH_MODE: 'jwt' } },
  publish: true,
  producer: { settings: { API_KEYS: 'on' } },
};
const withQuota = (hard: object = {}) => ({ ...TENANT, quotas: { namespace: { enabled: true, hard } } });

const findDocument = (documents: readonly Document[], name: string): Document => {
  const document = documents.find((candidate) => nameOf(candidate) === name);
  if (!document) throw new Error(`The chart has no ${name}.`);
  return document;
};

const settingsSchema = z.looseObject({ data: z.record(z.string(), z.string()) });

describe('a release’s limits', () => {
  const LIMITS = {
    connectionsPerBff: 2_000,
    connectionsPerReader: 0,
    writesPerMinute: 100,
    searchesPerMinute: 10,
    documentsPerReader: 50,
    publicationsPerFeed: 1_000,
    bytesPerFeed: 16_777_216,
    bytesPerUserFeed: 131_072,
    connectionsPerProducer: 100,
    queuedNotifications: 1_000_000,
    queuedBytes: 16_777_216,
  };

  it('should become application settings', async () => {
    const { documents } = await template({ ...TENANT, quotas: { limits: LIMITS } });
    expect(settingsSchema.parse(findDocument(documents, 'ConfigMap bff')).data).toMatchObject({
      MAX_CONNECTIONS: '2000',
      MAX_CONNECTIONS_PER_READER: '0',
      WRITES_PER_MINUTE: '100',
      SEARCHES_PER_MINUTE: '10',
      DOCUMENTS_PER_READER: '50',
      HISTORY_MAX: '1000',
      HISTORY_BYTES: '16777216',
      USER_HISTORY_BYTES: '131072',
    });
    expect(settingsSchema.parse(findDocument(documents, 'ConfigMap producer')).data).toMatchObject({
      MAX_CONNECTIONS: '100',
      QUEUE_MAX: '1000000',
      QUEUE_MAX_BYTES: '16777216',
    });
  });

  it('should not override a setting in the values', async () => {
    const settings = { AUTH_MODE: 'jwt', MAX_CONNECTIONS: '7' };
    const { documents } = await template({ ...TENANT, bff: { settings }, quotas: { limits: LIMITS } });
    expect(settingsSchema.parse(findDocument(documents, 'ConfigMap bff')).data['MAX_CONNECTIONS']).toBe('7');
  });

  it.each([
    ['an unknown limit', { limits: { connections: 5 } }, 'connections'],
    ['a limit that the application would reject', { limits: { bytesPerFeed: 100 } }, 'bytesPerFeed'],
    ['a namespace quota that is a number', { namespace: { enabled: true, hard: { pods: 5 } } }, 'pods'],
  ])('should be rejected if the values contain %s', async (_, quotas, reason) => {
    await expect(template({ ...TENANT, quotas })).rejects.toThrow(reason);
  });
});

const quotaSchema = z.looseObject({ spec: z.object({ hard: z.record(z.string(), z.string()) }) });
const amounts = z.object({ cpu: z.string(), memory: z.string() });
const resourcesSchema = z.object({ requests: amounts, limits: amounts });
const workloadSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
      spec: z.looseObject({ containers: z.tuple([z.looseObject({ resources: resourcesSchema })]) }),
    }),
  }),
});

const SCALES: Record<string, number> = { m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 };
const numberOf = (quantity: string): number => {
  const [, digits, unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(digits) * (SCALES[unit] ?? (unit === '' ? 1 : NaN));
};

/** Returns the maximum resource usage of these manifests. Counts each Deployment's pods twice, as in a rollout. */
function usageOf(documents: readonly Document[]): Record<string, number> {
  const usage: Record<string, number> = {};
  const add = (name: string, amount: number) => void (usage[name] = (usage[name] ?? 0) + amount);
  for (const document of documents) {
    if (document.kind !== 'Deployment' && document.kind !== 'StatefulSet') continue;
    const { replicas, template: pod } = workloadSchema.parse(document).spec;
    const { annotations } = pod.metadata;
    const pods = document.kind === 'StatefulSet' ? 1 : 2 * (replicas ?? 10);
    add('pods', pods);
    for (const kind of ['requests', 'limits'] as const)
      for (const resource of ['cpu', 'memory'] as const) {
        const amount = pod.spec.containers[0].resources[kind][resource];
        const sidecar = annotations[`dapr.io/sidecar-${resource}-${kind.slice(0, -1)}`];
        if (annotations['dapr.io/enabled'] === 'true' && sidecar === undefined)
          throw new Error(`The sidecar of ${document.metadata.name} has no ${kind} for ${resource}.`);
        add(`${kind}.${resource}`, pods * (numberOf(amount) + numberOf(sidecar ?? '0')));
      }
  }
  return usage;
}

describe('the namespace quota', () => {
  it('should be omitted unless enabled', async () => {
    const { documents } = await template(TENANT);
    expect(documents.filter(({ kind }) => kind === 'ResourceQuota' || kind === 'LimitRange')).toEqual([]);
  });

  it('should have room for the largest release during a rollout', async () => {
    const { documents } = await template(withQuota());
    const { hard } = quotaSchema.parse(findDocument(documents, 'ResourceQuota tocsin')).spec;
    const usage = usageOf(documents);
    expect(Object.keys(usage).sort()).toEqual([
      'limits.cpu',
      'limits.memory',
      'pods',
      'requests.cpu',
      'requests.memory',
    ]);
    for (const [name, amount] of Object.entries(usage))
      expect(numberOf(hard[name] ?? ''), name).toBeGreaterThanOrEqual(amount);
  });

  it('should read individual resources and storage from the values, and otherwise use defaults', async () => {
    const { documents } = await template({
      ...withQuota({ pods: '8' }),
      redis: { storage: '20Gi' },
    });
    expect(quotaSchema.parse(findDocument(documents, 'ResourceQuota tocsin')).spec.hard).toMatchObject({
      pods: '8',
      'requests.memory': '6Gi',
      'requests.storage': '20Gi',
      'services.nodeports': '0',
    });
    expect(findDocument(documents, 'LimitRange tocsin')).toBeDefined();
  });
});

const selector = z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() });
const ruleSchema = z.object({
  from: z.array(z.object({ namespaceSelector: selector.optional(), podSelector: selector.optional() })),
  ports: z.array(z.object({ port: z.union([z.number(), z.string()]) })),
});
const policySchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    podSelector: selector,
    policyTypes: z.array(z.string()),
    ingress: z.array(ruleSchema).default([]),
  }),
});

describe('the network policies', () => {
  it('should let other namespaces reach only public ports', async () => {
    const { documents } = await template(TENANT);
    const policies = documents
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map((document) => policySchema.parse(document));
    const denied = policies.find(({ metadata }) => metadata.name === 'default-deny');
    expect(denied?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [] });
    const otherNamespaces = policies.flatMap(({ metadata, spec }) =>
      spec.ingress.flatMap(({ from, ports }) =>
        from
          .filter(({ namespaceSelector }) => namespaceSelector !== undefined)
          .map(({ namespaceSelector }) => ({
            policy: metadata.name,
            namespaces: namespaceSelector?.matchLabels ?? 'all',
            ports: ports.map(({ port }) => port),
          })),
      ),
    );
    const byName = (a: { policy: string }, b: { policy: string }) => a.policy.localeCompare(b.policy);
    expect(otherNamespaces.sort(byName)).toEqual([
      { policy: 'clients', namespaces: { tocsin: 'client' }, ports: ['http', 9090] },
      { policy: 'public', namespaces: 'all', ports: ['http'] },
      { policy: 'publish', namespaces: 'all', ports: ['http'] },
    ]);
  });
});
