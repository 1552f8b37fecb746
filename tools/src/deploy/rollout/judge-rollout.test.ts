import { describe, expect, it } from 'vitest';
import { judgeRollout, podSchema, workloadSchema } from './judge-rollout.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const setting = { namespace: 'ns', registry: 'reg.example', now: NOW };

const deployment = (status: object = {}, replicas = 2) =>
  workloadSchema.parse({
    kind: 'Deployment',
    metadata: { name: 'bff', generation: 2 },
    spec: { replicas },
    status: {
      ...{ observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
      ...status,
    },
  });

const pod = ({ waiting, restarts = 0, ...more }: Record<string, unknown> & { restarts?: number }) =>
  podSchema.parse({
    metadata: {
      name: 'bff-1',
      labels: { 'app.kubernetes.io/name': 'bff' },
      annotations: { 'dapr.io/enabled': 'true' },
      ...(more['deleted'] ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: (more['containers'] as { name: string }[]) ?? [{ name: 'bff' }, { name: 'daprd' }] },
    status: {
      conditions: more['conditions'] ?? [],
      containerStatuses: [
        {
          name: 'bff',
          image: more['image'] ?? 'reg.example/tocsin-bff:1',
          restartCount: restarts,
          state: waiting === undefined ? {} : { waiting },
        },
      ],
    },
  });

const judge = (status: object, ...pods: ReturnType<typeof pod>[]) =>
  judgeRollout({ workloads: [deployment(status)], pods }, setting);

describe('judgeRollout', () => {
  it('should wait until all pods of the newest revision are available and all old pods are gone', () => {
    expect(judge({})).toEqual({ pending: [] });
    expect(judge({ observedGeneration: 1 }).pending).toEqual(['bff 2/2']);
    expect(judge({ updatedReplicas: 1 }).pending).toEqual(['bff 1/2']);
    expect(judge({ availableReplicas: 0 }).pending).toEqual(['bff 0/2']);
    expect(judge({ replicas: 3 }).pending).toEqual(['bff 2/2']);
  });

  const unfinished = { updatedReplicas: 1 };

  it('should explain how to push or load a missing image', () => {
    const waiting = { reason: 'ImagePullBackOff' };
    expect(judge(unfinished, pod({ waiting })).problem).toMatch(
      /Cannot pull the image reg\.example\/tocsin-bff:1: push it with `npm run containers -- --registry reg\.example --tag 1 --push`/,
    );
    expect(judge(unfinished, pod({ waiting, image: 'redis:7' })).problem).toMatch(
      /redis:7: load it into the node/,
    );
  });

  it.each([
    [
      'a pod without a sidecar',
      { containers: [{ name: 'bff' }] },
      /without a sidecar.*rollout restart deployment\/bff/,
    ],
    [
      'a container that keeps exiting',
      { waiting: { reason: 'CrashLoopBackOff' }, restarts: 4 },
      /bff of bff-1 has exited 4 times: `kubectl -n ns logs bff-1 -c bff --previous`/,
    ],
    [
      'a container that lacks its Secret',
      { waiting: { reason: 'CreateContainerConfigError', message: 'secret "redis" not found' } },
      /cannot be created: secret "redis" not found/,
    ],
    [
      'a pod that no node accepts',
      {
        conditions: [
          {
            ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes.' },
            lastTransitionTime: '2026-01-01T00:09:00Z',
          },
        ],
      },
      /The pod bff-1 cannot be scheduled on any node: 0\/1 nodes\./,
    ],
  ])('should report %s', (_, fields, sentence) => {
    expect(judge(unfinished, pod(fields)).problem).toMatch(sentence);
    expect(judge(unfinished, pod({ ...fields, deleted: true })).problem).toBeUndefined();
    expect(judge({}, pod(fields)).problem).toBeUndefined();
  });

  it('should ignore pods that newer pods replace, and report failures of the newer pods', () => {
    const waiting = { reason: 'ImagePullBackOff' };
    const created = (of: ReturnType<typeof pod>, hash: string, creationTimestamp: string) => {
      const labels = { ...of.metadata.labels, 'pod-template-hash': hash };
      return { ...of, metadata: { ...of.metadata, labels, creationTimestamp } };
    };
    const older = created(pod({ waiting }), 'a', '2026-01-01T00:00:00Z');
    const starting = created(pod({}), 'b', '2026-01-01T00:09:00Z');
    const failing = created(pod({ waiting }), 'b', '2026-01-01T00:09:00Z');
    expect(judge(unfinished, older).problem).toMatch(/^Cannot pull the image/);
    expect(judge(unfinished, older, starting).problem).toBeUndefined();
    expect(judge(unfinished, starting, older).problem).toBeUndefined();
    expect(judge(unfinished, older, failing, starting).problem).toMatch(/^Cannot pull the image/);
    const recreated = created(pod({}), 'a', '2026-01-01T00:10:00Z');
    const older2 = created(pod({}), 'a', '2026-01-01T00:00:00Z');
    expect(judge(unfinished, older2, failing, recreated).problem).toMatch(/^Cannot pull the image/);
  });

  it('should say to delete a failing StatefulSet pod of an earlier revision, because nothing replaces it', () => {
    const judgeRedis = (updateRevision: string, ready = 'False', podManagementPolicy = 'OrderedReady') => {
      const redis = {
        ...{ kind: 'StatefulSet', metadata: { name: 'redis', generation: 2 } },
        spec: { replicas: 1, podManagementPolicy },
        status: { observedGeneration: 2, replicas: 1, updatedReplicas: 0, updateRevision },
      };
      const labels = { 'app.kubernetes.io/name': 'redis', 'controller-revision-hash': 'redis-1' };
      const conditions = [{ type: 'Ready', status: ready }];
      const failing = pod({ waiting: { reason: 'ImagePullBackOff' }, image: 'valkey:0', conditions });
      const pods = [{ ...failing, metadata: { ...failing.metadata, name: 'redis-0', labels } }];
      return judgeRollout({ workloads: [workloadSchema.parse(redis)], pods }, setting);
    };
    const { problem, outdated } = judgeRedis('redis-2');
    expect(problem).toMatch(/redis-0 is of an earlier .*`kubectl -n ns delete pod redis-0`/);
    expect(outdated).toBe(problem);
    expect(judgeRedis('redis-1').problem).toMatch(/^Cannot pull the image valkey:0/);
    expect(judgeRedis('redis-1').outdated).toBeUndefined();
    expect(judgeRedis('redis-2', 'True').outdated).toBeUndefined();
    expect(judgeRedis('redis-2', 'False', 'Parallel').outdated).toBeUndefined();
  });

  it('should report pods that the cluster rejects', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'violates PodSecurity' }];
    expect(judge({ updatedReplicas: 0, conditions }).problem).toMatch(
      /rejects pods of bff: violates PodSecurity/,
    );
  });

  it('should keep waiting while the quota is full, and explain this', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: tocsin' }];
    const { problem, fullQuota } = judge({ ...unfinished, conditions }, pod({}));
    expect(problem).toBeUndefined();
    expect(fullQuota).toMatch(/rejects pods of bff: exceeded quota: tocsin\. Fix/);
    expect(judge({ conditions }, pod({})).fullQuota).toBeUndefined();
  });

  it('should keep waiting if an error might resolve itself', () => {
    const recent = { waiting: { reason: 'CrashLoopBackOff' }, restarts: 1 };
    expect(judge(unfinished, pod(recent)).problem).toBeUndefined();
    expect(judge(unfinished, pod({ waiting: { reason: 'ErrImagePull' } })).problem).toBeUndefined();
  });
});
