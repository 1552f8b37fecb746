import { APP_IDS } from '@tocsin/contracts';
import type { RedisTarget } from '@tocsin/service/redis';
import { checkCluster } from '../../deploy/cluster/cluster.ts';
import type { Kubectl } from '../../deploy/cluster/kubectl.ts';
import { NAMESPACE } from '../../deploy/manifests/kustomization.ts';
import { checkPermissions, type Permission } from '../../deploy/cluster/permissions.ts';
import { examine } from '../examine.ts';
import { fault, type Finding } from '../finding.ts';
import type { Credentials } from '../options.ts';
import type { Endpoint, Target } from '../target.ts';
import { forward, type Forward } from './forward.ts';
import { checkPods, type RunningPod } from './check-pods.ts';
import { OWN_REDIS, readSecrets } from './secrets.ts';

const PERMISSIONS: Permission[] = [
  { verb: 'list', group: 'apps', resource: 'deployments' },
  { verb: 'list', group: 'apps', resource: 'statefulsets' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'get', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'portforward' },
  { verb: 'get', group: '', resource: 'secrets' },
].map((permission) => ({ ...permission, namespace: NAMESPACE }));
const SIDECAR_PORT = 3500;
const REDIS_PORT = 6379;

/**
 * Runs all checks in the namespace through local ports that forward to the pods. Findings contain pod names.
 * @throws Failure if the cluster doesn't respond, nothing is deployed, or a permission is missing
 */
export async function examineCluster(kubectl: Kubectl, credentials: Credentials): Promise<Finding[]> {
  await checkCluster(kubectl);
  await checkPermissions(kubectl, PERMISSIONS);
  const { findings, pods } = await checkPods(kubectl, NAMESPACE);
  const forwards = new Forwards(kubectl);
  try {
    const target = { ...(await forwardPorts(kubectl, pods, forwards)), ...credentials };
    return [...findings, ...forwards.failures, ...(await examine(target))];
  } finally {
    await forwards.end();
  }
}

/** Port forwards from this machine to the pods. */
class Forwards {
  readonly #kubectl: Kubectl;
  readonly #ending = new AbortController();
  readonly #all: Promise<Forward>[] = [];
  /** An error for each port that could not be forwarded. */
  readonly failures: Finding[] = [];

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
  }

  /** The local port that forwards to a pod's port, or `undefined` if forwarding failed. */
  async to(pod: string, port: number): Promise<number | undefined> {
    const forwarding = forward(this.#kubectl, { namespace: NAMESPACE, pod, port }, this.#ending.signal);
    this.#all.push(forwarding);
    const { port: local } = await forwarding;
    if (typeof local === 'number') return local;
    this.failures.push(
      fault(
        `port ${port} of ${pod}`,
        `kubectl cannot forward to it: ${local}`,
        `kubectl -n ${NAMESPACE} describe pod ${pod}`,
      ),
    );
    return undefined;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#all.map(async (forwarding) => (await forwarding).ended));
  }
}

async function forwardPorts(
  kubectl: Kubectl,
  pods: readonly RunningPod[],
  forwards: Forwards,
): Promise<Omit<Target, keyof Credentials>> {
  const secrets = await readSecrets(kubectl, NAMESPACE);
  const podsOf = (app: string) => pods.filter((pod) => pod.app === app);
  const applications = (app: string) =>
    endpointsOf(podsOf(app), async ({ name, httpPort }) =>
      httpPort === undefined ? undefined : forwards.to(name, httpPort),
    );
  const sidecars = [...podsOf(APP_IDS.producer), ...podsOf(APP_IDS.bff)];
  const isRedisExternal = secrets.redis.addresses[0]?.host !== OWN_REDIS;
  const ownRedis = isRedisExternal ? [] : podsOf(OWN_REDIS);
  const [producers, bffs, sidecarEndpoints, redis] = await Promise.all([
    applications(APP_IDS.producer),
    applications(APP_IDS.bff),
    endpointsOf(sidecars, ({ name }) => forwards.to(name, SIDECAR_PORT)),
    Promise.all(ownRedis.map(async ({ name }) => ({ name, port: await forwards.to(name, REDIS_PORT) }))),
  ]);
  return {
    ...{ producers, bffs, sidecars: sidecarEndpoints },
    redis: forwardedTarget(secrets.redis, redis),
    isRedisExternal,
    daprApiToken: secrets.daprApiToken,
  };
}

/**
 * Returns a target that reaches our own Redis through local ports: a single pod, or the nodes of a cluster. Cluster
 * nodes report addresses such as `redis-0.redis`, and `addressFor` maps these to local ports. Without forwarded pods,
 * returns `redis` unchanged.
 */
function forwardedTarget(
  redis: RedisTarget,
  pods: readonly { name: string; port: number | undefined }[],
): RedisTarget {
  const local = pods.flatMap(({ name, port }) =>
    port === undefined ? [] : [{ name, address: { host: '127.0.0.1', port } }],
  );
  if (local.length === 0) return redis;
  const addresses = local.map(({ address }) => address);
  if (pods.length === 1) return { ...redis, addresses };
  const addressOf = (host: string) => local.find(({ name }) => host.split('.')[0] === name)?.address;
  return {
    ...redis,
    ...{ addresses, cluster: true, addressFor: (master) => addressOf(master.host) ?? master },
  };
}

/** The local addresses of the pods with a forwarded port. */
async function endpointsOf(
  pods: readonly RunningPod[],
  portOf: (pod: RunningPod) => Promise<number | undefined>,
): Promise<Endpoint[]> {
  const endpoints = await Promise.all(
    pods.map(async (pod) => {
      const port = await portOf(pod);
      return port === undefined ? [] : [{ name: pod.name, url: `http://127.0.0.1:${port}` }];
    }),
  );
  return endpoints.flat();
}
