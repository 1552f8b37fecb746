import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { errorLineOf, type Kubectl } from './kubectl.ts';

const versionSchema = z.object({ serverVersion: z.object({ gitVersion: z.string() }) });
/** The first version that supports `sleep` in preStop, and autoscaling by a single container's metrics. */
const MIN_VERSION = [1, 30] as const;

/**
 * Checks kubectl's cluster. Resolves with a description of it.
 * @throws Failure if there is no cluster, it doesn't respond or it is too old
 */
export async function checkCluster(kubectl: Kubectl): Promise<string> {
  const name = kubectl.context ?? (await currentContext(kubectl));
  const result = await kubectl.try(['version', '-o', 'json', '--request-timeout=10s']);
  if (result.code !== 0)
    throw new Failure(
      `The cluster for context ${name} does not respond: ${errorLineOf(result)}. Start it, or choose another one with ` +
        '`kubectl config use-context NAME`, then try again.',
    );
  const { gitVersion } = versionSchema.parse(JSON.parse(result.stdout)).serverVersion;
  const [major = 0, minor = 0] = gitVersion.replace(/^v/, '').split('.').map(Number);
  if (major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]))
    throw new Failure(
      `The cluster for context ${name} runs Kubernetes ${gitVersion}, but Tocsin requires ${MIN_VERSION.join('.')} or later. Upgrade the cluster.`,
    );
  return `context ${name}, Kubernetes ${gitVersion}`;
}

async function currentContext(kubectl: Kubectl): Promise<string> {
  const context = await kubectl.try(['config', 'current-context']);
  if (context.code === 0) return context.stdout.trim();
  throw new Failure(
    'kubectl has no current context. List the contexts with `kubectl config get-contexts` and choose one with ' +
      '`kubectl config use-context NAME`, or set KUBECONFIG to the kubeconfig file of your cluster.',
  );
}
