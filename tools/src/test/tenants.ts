import { checkCluster } from '../deploy/cluster/cluster.ts';
import { findKubectl } from '../deploy/cluster/kubectl.ts';
import { Failure } from '../failure.ts';
import { ensureHelm } from '../setup/test-programs/helm.ts';
import { runSuite } from './suite.ts';

/**
 * `npm run test:tenants`: installs two releases of the chart in the cluster of kubectl's current context, attacks one
 * release from the other's namespace, and removes both. The nodes must have the images, or `REGISTRY` must specify the
 * registry to pull them from.
 */
export const testTenants = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:tenants', projects: ['tenants'], setUp, findMissing }, args, signal);

async function setUp(): Promise<void> {
  await ensureHelm();
}

async function findMissing(): Promise<string | undefined> {
  try {
    process.stdout.write(`Cluster: ${await checkCluster(findKubectl())}\n`);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}
