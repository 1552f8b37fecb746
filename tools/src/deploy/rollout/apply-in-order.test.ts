import { expect, it } from 'vitest';
import { Kubectl } from '../cluster/kubectl.ts';
import type { Resource } from '../manifests/kustomization.ts';
import { applyInOrder } from './apply-in-order.ts';

const resource = (kind: string, name: string): Resource => ({ kind, metadata: { name } });
const RESOURCES = [
  resource('Namespace', 'ns'),
  resource('ConfigMap', 'bff'),
  resource('StatefulSet', 'redis'),
  resource('Deployment', 'producer'),
  resource('Deployment', 'bff'),
  resource('Deployment', 'ui'),
  resource('HorizontalPodAutoscaler', 'bff'),
  resource('Ingress', 'tocsin'),
];

/** The fields of a workload that show whether its only pod is rolled out. */
const workload = ({ kind, metadata }: Resource, ready: number) => ({
  ...{ kind, metadata: { ...metadata, generation: 1 }, spec: { replicas: 1 } },
  status: {
    ...{ observedGeneration: 1, replicas: 1, updatedReplicas: ready },
    ...{ readyReplicas: ready, availableReplicas: ready },
  },
});

/**
 * Applies RESOURCES in a cluster where each workload becomes ready on the second check, and `kubectl apply` reports
 * `outcome` for every object.
 */
async function deploy({ outcome = 'created', registry }: { outcome?: string; registry?: string } = {}) {
  const events: string[] = [];
  const output: string[] = [];
  const applied: { resource: Resource; checks: number }[] = [];
  const kubectl = new Kubectl(async ([verb, kind = ''], input = '') => {
    if (verb === 'apply') {
      const { items } = JSON.parse(input) as { items: Resource[] };
      events.push(`apply ${items.map((item) => `${item.kind} ${item.metadata.name}`).join(', ')}`);
      applied.push(...items.map((item) => ({ resource: item, checks: 0 })));
      const lines = items.map((item) => `${item.kind.toLowerCase()}.apps/${item.metadata.name} ${outcome}\n`);
      return { code: 0, stdout: lines.join(''), stderr: '' };
    }
    if (verb !== 'get' || !kind.startsWith('deployments')) return { code: 0, stdout: '', stderr: '' };
    const items = applied
      .filter((entry) => ['Deployment', 'StatefulSet'].includes(entry.resource.kind))
      .map((entry) => {
        entry.checks += 1;
        if (entry.checks === 2) events.push(`ready ${entry.resource.metadata.name}`);
        return workload(entry.resource, entry.checks >= 2 ? 1 : 0);
      });
    return { code: 0, stdout: JSON.stringify({ items }), stderr: '' };
  });
  const say = (line: string) => void output.push(line);
  await applyInOrder(kubectl, RESOURCES, { registry, timeoutMs: 10_000, say, pollMs: 1 });
  return { events, output };
}

it('should start the producer only when Redis and the bffs are ready', async () => {
  const { events, output } = await deploy();
  expect(events).toEqual([
    'apply Namespace ns',
    'apply ConfigMap bff, StatefulSet redis',
    'ready redis',
    'apply Deployment bff',
    'ready bff',
    'apply Deployment producer, Deployment ui, HorizontalPodAutoscaler bff, Ingress tocsin',
    'ready producer',
    'ready ui',
  ]);
  expect(output.at(-1)).toBe('Rolled out: bff, producer, ui');
});

it('should print how to restart unchanged deployments, in case their images were rebuilt under the same tag', async () => {
  const { output } = await deploy({ outcome: 'unchanged' });
  expect(output.at(-1)).toContain(
    'rollout restart deployment.apps/bff deployment.apps/producer deployment.apps/ui`',
  );
  for (const other of [{ outcome: 'configured' }, { outcome: 'unchanged', registry: 'registry.example.com' }])
    expect((await deploy(other)).output.at(-1)).toBe('Rolled out: bff, producer, ui');
});
