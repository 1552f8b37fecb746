import { afterEach, expect, it, vi } from 'vitest';
import { Kubectl } from '../cluster/kubectl.ts';
import { waitForRollout } from './rollout.ts';

afterEach(() => void vi.useRealTimers());

const deployment = (name: string, ready: number) => ({
  ...{ kind: 'Deployment', metadata: { name, generation: 1 }, spec: { replicas: 1 } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: ready, availableReplicas: ready },
});

/** A pod whose container keeps exiting. */
const crashing = (app: string) => ({
  kind: 'Pod',
  metadata: { name: `${app}-1`, labels: { 'app.kubernetes.io/name': app } },
  spec: { containers: [{ name: app }] },
  status: {
    containerStatuses: [
      { name: app, image: 'i', restartCount: 9, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ],
  },
});

/**
 * Waits for the bff, which becomes ready on the third check, while the pod of `app` keeps exiting. Ten seconds pass
 * between checks.
 */
async function waitForBff(app: string): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] });
  let checks = 0;
  const kubectl = new Kubectl(() => {
    vi.setSystemTime(Date.now() + 10_000);
    const items = [deployment('bff', ++checks > 2 ? 1 : 0), deployment('producer', 0), crashing(app)];
    return Promise.resolve({ code: 0, stdout: JSON.stringify({ items }), stderr: '' });
  });
  const workloads = ['deployment/bff'];
  await waitForRollout(kubectl, {
    ...{ namespace: 'ns', registry: undefined, workloads, timeoutMs: 60_000 },
    say: () => undefined,
    pollMs: 1,
  });
}

it('should fail if a pod that it waits for keeps exiting', async () => {
  await expect(waitForBff('bff')).rejects.toThrow(/bff of bff-1 has exited 9 times/);
});

/** Waits for the bff, which is ready, while `failures` calls fail. Ten seconds pass between calls. */
async function waitThroughFailures(failures: number): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] });
  let calls = 0;
  const kubectl = new Kubectl(() => {
    vi.setSystemTime(Date.now() + 10_000);
    const stdout = JSON.stringify({ items: [deployment('bff', 1)] });
    const failed = { code: 1, stdout: '', stderr: 'Unable to connect to the server: EOF' };
    return Promise.resolve(++calls > failures ? { code: 0, stdout, stderr: '' } : failed);
  });
  await waitForRollout(kubectl, {
    ...{ namespace: 'ns', registry: undefined, workloads: ['deployment/bff'], timeoutMs: 300_000 },
    say: () => undefined,
    pollMs: 1,
  });
}

it('should continue after failed kubectl calls, unless they fail for 30 s', async () => {
  await waitThroughFailures(2);
  await expect(waitThroughFailures(4)).rejects.toThrow(/Unable to connect.*deploy again/);
});

it('should ignore another failing pod, which the next part of the deployment may fix', async () => {
  await waitForBff('producer');
});

it('should say to delete a pod of an earlier revision if Redis isn’t ready in time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const labels = { 'app.kubernetes.io/name': 'redis', 'controller-revision-hash': 'redis-1' };
  const set = { kind: 'StatefulSet', metadata: { name: 'redis', generation: 1 }, spec: { replicas: 1 } };
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 0, updateRevision: 'redis-2' };
  const starting = {
    kind: 'Pod',
    metadata: { name: 'redis-0', labels },
    spec: { containers: [] },
    status: {},
  };
  const kubectl = new Kubectl(() => {
    vi.setSystemTime(Date.now() + 60_000);
    const stdout = JSON.stringify({ items: [{ ...set, status }, starting] });
    return Promise.resolve({ code: 0, stdout, stderr: '' });
  });
  const wait = waitForRollout(kubectl, {
    ...{ namespace: 'ns', registry: undefined, workloads: ['statefulset/redis'], timeoutMs: 60_000 },
    say: () => undefined,
    pollMs: 1,
  });
  await expect(wait).rejects.toThrow(/Not ready after 60 s: redis 0\/1\..*delete pod redis-0/);
});

it('should report a full quota only at the timeout', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const failure = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: tocsin' };
  const { status, ...bff } = deployment('bff', 0);
  const kubectl = new Kubectl(() => {
    vi.setSystemTime(Date.now() + 20_000);
    const items = [{ ...bff, status: { ...status, conditions: [failure] } }];
    return Promise.resolve({ code: 0, stdout: JSON.stringify({ items }), stderr: '' });
  });
  const wait = waitForRollout(kubectl, {
    ...{ namespace: 'ns', registry: undefined, workloads: ['deployment/bff'], timeoutMs: 30_000 },
    say: () => undefined,
    pollMs: 1,
  });
  await expect(wait).rejects.toThrow(/Not ready after 30 s: bff 0\/1\. .*exceeded quota: tocsin/);
});
