import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Kubectl, type KubectlResult, type RunKubectl } from '../../deploy/cluster/kubectl.ts';
import { forward } from './forward.ts';
import { checkPods } from './check-pods.ts';
import { readSecrets } from './secrets.ts';

const result = (fields: Partial<KubectlResult> = {}): KubectlResult => ({
  code: 0,
  stdout: '',
  stderr: '',
  ...fields,
});
const json = (value: object) => result({ stdout: JSON.stringify(value) });

const workload = (name: string, available = 2) => ({
  kind: name === 'redis' ? 'StatefulSet' : 'Deployment',
  metadata: { name, generation: 1 },
  spec: { replicas: 2 },
  status: {
    ...{ observedGeneration: 1, replicas: 2, updatedReplicas: 2 },
    ...{ readyReplicas: available, availableReplicas: available },
  },
});
const pod = (name: string, app: string, phase = 'Running', metadata: object = {}) => ({
  kind: 'Pod',
  metadata: { name, labels: { 'app.kubernetes.io/name': app }, ...metadata },
  spec: {
    containers: [
      { name: app, ports: [{ name: 'http', containerPort: app === 'bff' ? 4001 : 4000 }] },
      { name: 'daprd', ports: [{ containerPort: 3500 }] },
    ],
  },
  status: { phase },
});
const clusterWith = (items: object[]) => new Kubectl(async () => json({ items }));

describe('checkPods', () => {
  it('should find the running pods and the applications’ ports', async () => {
    const { findings, pods } = await checkPods(
      clusterWith([
        ...['bff', 'producer', 'redis', 'ui'].map((name) => workload(name)),
        ...[pod('bff-a', 'bff'), pod('bff-b', 'bff', 'Pending')],
        ...[
          pod('producer-a', 'producer'),
          pod('producer-b', 'producer', 'Running', { deletionTimestamp: 'x' }),
        ],
      ]),
      'ns',
    );
    expect(findings).toMatchObject([{ state: 'ok', says: 'all pods of 4 workloads are available' }]);
    expect(pods).toEqual([
      { name: 'bff-a', app: 'bff', httpPort: 4001 },
      { name: 'producer-a', app: 'producer', httpPort: 4000 },
    ]);
  });

  it('should report the workload that lacks pods', async () => {
    const items = [workload('producer'), workload('bff', 1), workload('ui')];
    const { findings } = await checkPods(clusterWith(items), 'ns');
    expect(findings).toMatchObject([{ state: 'fault', says: 'not all available: bff 1/2' }]);
    expect(findings[0]?.remedy).toContain('kubectl -n ns get pods');
  });

  it('should report an application that is not deployed or has no replicas', async () => {
    const scaled = { ...workload('bff', 0), spec: { replicas: 0 } };
    scaled.status = { ...scaled.status, replicas: 0, updatedReplicas: 0 };
    for (const [items, names] of [
      [[workload('producer'), scaled, workload('ui')], 'bff'],
      [[workload('bff'), workload('redis')], 'producer, ui'],
    ] as const)
      expect((await checkPods(clusterWith([...items]), 'ns')).findings).toMatchObject([
        { state: 'fault', says: `not deployed, or scaled to 0: ${names}` },
      ]);
  });

  it('should report both a missing application and a workload that lacks pods', async () => {
    const { findings } = await checkPods(clusterWith([workload('producer', 1), workload('bff')]), 'ns');
    expect(findings.map(({ says }) => says)).toEqual([
      'not deployed, or scaled to 0: ui',
      'not all available: producer 1/2',
    ]);
  });

  it('should report a full quota', async () => {
    const bff = workload('bff', 1);
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: tocsin' }];
    const full = { ...bff, status: { ...bff.status, conditions } };
    const { findings } = await checkPods(clusterWith([workload('producer'), full, workload('ui')]), 'ns');
    expect(findings[0]?.says).toMatch(/rejects pods of bff: exceeded quota/);
  });

  it('should not blame pods of other workloads', async () => {
    const crashing = pod('other-a', 'other');
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
    const containerStatuses = [{ name: 'other', image: 'i', restartCount: 9, state: waiting }];
    const items = [
      workload('producer'),
      workload('bff', 1),
      workload('ui'),
      { ...crashing, status: { phase: 'Running', containerStatuses } },
    ];
    const { findings } = await checkPods(clusterWith(items), 'ns');
    expect(findings.map(({ says }) => says)).toEqual(['not all available: bff 1/2']);
  });

  it('should explain how to deploy if nothing is deployed', async () => {
    await expect(checkPods(clusterWith([workload('other')]), 'ns')).rejects.toThrow(
      /Tocsin is not running in this cluster's ns namespace.*npm run deploy/,
    );
  });
});

describe('readSecrets', () => {
  it('should return the Secrets’ content, and defaults for missing Secrets', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const secrets: Record<string, object> = {
      redis: {
        HOST: base64('redis.example:6380'),
        USERNAME: base64('default'),
        PASSWORD: base64('secret'),
      },
      'redis-operator': { PASSWORD: base64('operator-password') },
    };
    const kubectl = new Kubectl(async ([, , name = '']) => {
      const data = secrets[name];
      return data ? json({ data }) : result();
    });
    expect(await readSecrets(kubectl, 'ns')).toEqual({
      redis: {
        addresses: [{ host: 'redis.example', port: 6380 }],
        username: 'default',
        password: 'secret',
      },
      daprApiToken: undefined,
    });
    secrets['redis'] = { HOST: base64('redis:6379'), USERNAME: base64('tocsin'), PASSWORD: base64('secret') };
    expect((await readSecrets(kubectl, 'ns')).redis).toMatchObject({
      username: 'operator',
      password: 'operator-password',
    });
    expect(await readSecrets(new Kubectl(async () => result()), 'ns')).toMatchObject({
      redis: { addresses: [{ host: 'redis', port: 6379 }] },
    });
  });
});

describe('forward', () => {
  const target = { namespace: 'ns', pod: 'bff-a', port: 3500 };
  /** A kubectl that forwards until the signal aborts. */
  const forwarding =
    (calls: string[]): RunKubectl =>
    async (args, _input, follow) => {
      calls.push(args.join(' '));
      await delay(0);
      follow?.onLine('Forwarding from 127.0.0.1:40001 -> 3500');
      await new Promise((resolve) => follow?.signal.addEventListener('abort', resolve));
      return result({ code: 1 });
    };

  it('should return the local port, and end when the signal aborts', async () => {
    const calls: string[] = [];
    const ending = new AbortController();
    const { port, ended } = await forward(new Kubectl(forwarding(calls)), target, ending.signal);
    expect(port).toBe(40_001);
    expect(calls).toEqual(['port-forward -n ns --address 127.0.0.1 pod/bff-a :3500']);
    ending.abort();
    expect(await ended).toMatchObject({ code: 1 });
  });

  it('should explain why forwarding failed', async () => {
    const kubectl = new Kubectl(async () => result({ code: 1, stderr: 'error: pod is not running\n' }));
    expect(await forward(kubectl, target, new AbortController().signal)).toMatchObject({
      port: 'pod is not running',
    });
  });
});
