import { checkCluster } from '../deploy/cluster/cluster.ts';
import { findKubectl } from '../deploy/cluster/kubectl.ts';
import { Failure } from '../failure.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';
import type { Say } from '../setup/say.ts';
import { runSuite } from './suite.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm run test:k8s`: deploys to the cluster of kubectl's current context, tests the deployment and removes it. The
 * nodes must have the images, or `REGISTRY` must specify the registry to pull them from.
 */
export const testK8s = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:k8s', projects: ['k8s'], setUp, findMissing }, args, signal);

/**
 * `npm run test:k8s-redis`: deploys with a Redis Cluster of six pods, deletes and kills them under load, and removes
 * the deployment. Finds the images in the same way as `npm run test:k8s`.
 */
export const testK8sRedis = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite(
    { name: 'test:k8s-redis', projects: ['k8s-redis'], setUp: () => Promise.resolve(), findMissing },
    args,
    signal,
  );

async function setUp(): Promise<void> {
  await ensureChromium(say);
}

async function findMissing(): Promise<string | undefined> {
  try {
    say(`Cluster: ${await checkCluster(findKubectl())}`);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}
