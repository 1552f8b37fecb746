import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Kubectl } from './kubectl.ts';

const NAME = 'redis';
/**
 * The `podManagementPolicy` that the manifests set only for a Redis Cluster, where all nodes start at the same time.
 */
const CLUSTER_POLICY = 'Parallel';

const schema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ podManagementPolicy: z.string().default('OrderedReady') }),
});

/**
 * True if Redis must run as a cluster, either because it already does, or because `requested` is true and there is no
 * Redis yet.
 * @throws Failure if a cluster would replace a single Redis and leave the data behind
 */
export async function runsRedisCluster(
  kubectl: Kubectl,
  namespace: string,
  requested: boolean,
): Promise<boolean> {
  const statefulSets = await kubectl.list(schema, ['statefulsets', '-n', namespace]);
  const found = statefulSets.find(({ metadata }) => metadata.name === NAME);
  if (!found) return requested;
  const isCluster = found.spec.podManagementPolicy === CLUSTER_POLICY;
  if (requested && !isCluster)
    throw new Failure(
      `The namespace ${namespace} has a single Redis, and its data would not move to a cluster. Deploy without ` +
        '--redis-cluster, or remove everything first with `npm run deploy -- --delete`.',
    );
  return isCluster;
}
