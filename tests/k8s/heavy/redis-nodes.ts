import { z } from 'zod';
import { NAMESPACE, kubectlInNamespace, kubectlText, list, tryKubectl } from '../cluster.ts';

export const NODES = [0, 1, 2, 3, 4, 5].map((n) => `redis-${n}`);
const BLOCK = 'no-new-pods';

export interface RedisNode {
  pod: string;
  isMaster: boolean;
  /** True if other nodes can reach it. */
  isReachable: boolean;
  slots: number;
  id: string;
  /** A replica's master id. `undefined` for a master. */
  follows: string | undefined;
}

/** Returns the nodes that the first responding node lists, or an empty array if no node responds. */
export async function redisNodes(): Promise<RedisNode[]> {
  for (const pod of NODES) {
    const ask = 'REDISCLI_AUTH=$REDIS_OPERATOR_PASSWORD valkey-cli --user operator cluster nodes';
    const { code, stdout } = await tryKubectl([
      ...['-n', NAMESPACE, 'exec', pod, '-c', 'redis', '--', 'sh', '-c', ask],
    ]);
    if (code === 0 && stdout.includes('myself')) return stdout.trim().split('\n').map(nodeOf);
  }
  return [];
}

/** Reads a line of `CLUSTER NODES`. */
function nodeOf(line: string): RedisNode {
  const [id = '', address = '', flags = '', follows = '', , , , link, ...ranges] = line.split(' ');
  const slots = ranges
    .filter((range) => !range.startsWith('['))
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + to - from + 1, 0);
  const pod = /,(redis-\d)\.redis/.exec(address)?.[1] ?? address;
  const isReachable = link === 'connected' && !flags.includes('fail');
  return {
    id,
    pod,
    isMaster: flags.includes('master'),
    isReachable,
    slots,
    follows: /^-$/.test(follows) ? undefined : follows,
  };
}

/** True if three masters with one replica each serve all slots and all six pods are ready. */
export async function isHealthy(): Promise<boolean> {
  const nodes = await redisNodes();
  const masters = nodes.filter(({ isMaster, slots }) => isMaster && slots > 0);
  return (
    nodes.length === NODES.length &&
    nodes.every(({ isReachable }) => isReachable) &&
    masters.length === 3 &&
    masters.reduce((sum, { slots }) => sum + slots, 0) === 16_384 &&
    masters.every(({ id }) => nodes.filter(({ follows }) => follows === id).length === 1) &&
    (await kubectlInNamespace('get', 'statefulset', 'redis', '-o', 'jsonpath={.status.readyReplicas}')) ===
      '6'
  );
}

export const masterPods = async (): Promise<string[]> =>
  (await redisNodes())
    .filter(({ isMaster, isReachable, slots }) => isMaster && isReachable && slots > 0)
    .map(({ pod }) => pod)
    .sort();

const podSchema = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });

export const podIds = async (): Promise<Map<string, string>> =>
  new Map(
    (await list(podSchema, ['pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=redis'])).map(
      ({ metadata: { name, uid } }) => [name, uid],
    ),
  );

/** Runs `use` while a quota prevents Kubernetes from creating pods. */
export async function withoutNewPods(use: () => Promise<void>): Promise<void> {
  await kubectlInNamespace('create', 'quota', BLOCK, '--hard=pods=0');
  try {
    // The API server enforces the quota only once the quota has a status.
    await kubectlInNamespace(
      'wait',
      `resourcequota/${BLOCK}`,
      '--for=jsonpath={.status.hard.pods}=0',
      '--timeout=60s',
    );
    await use();
  } finally {
    await kubectlInNamespace('delete', 'quota', BLOCK);
  }
}

export const killPod = (pod: string): Promise<string> =>
  kubectlText(['-n', NAMESPACE, 'delete', 'pod', pod, '--grace-period=0', '--force', '--wait=false']);
