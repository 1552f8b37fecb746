import { z } from 'zod';
import { findDigests } from '../containers/digests.ts';
import type { Say } from '../setup/say.ts';
import { applyInOrder } from './rollout/apply-in-order.ts';
import { checkCluster } from './cluster/cluster.ts';
import { checkDapr } from './cluster/installed-dapr.ts';
import { checkExposure } from './manifests/exposure.ts';
import { chooseIngressClass } from './cluster/ingress-class.ts';
import { findKubectl, type Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE, render, type Variant } from './manifests/kustomization.ts';
import { readDeployOptions, type DeployOptions } from './options.ts';
import { printAddress } from './print-address.ts';
import { remove } from './remove.ts';
import { checkPermissions, permissionsToApply, permissionsToRead } from './cluster/permissions.ts';
import { runsRedisCluster } from './cluster/redis-kind.ts';
import { needsNodeVolume } from './cluster/storage.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm run deploy`: deploys Tocsin to the cluster of kubectl's current context and waits until it is ready, or removes
 * it. Updates existing objects. Stops at the first error with a message that explains how to fix it.
 */
export async function deploy(args: string[]): Promise<number> {
  const options = readDeployOptions(args);
  const kubectl = findKubectl();
  say(`Cluster: ${await checkCluster(kubectl)}`);
  if (options === 'delete') {
    await remove(kubectl, say);
    return 0;
  }
  await checkPermissions(kubectl, permissionsToRead(NAMESPACE));
  const variant = await chooseVariant(kubectl, options);
  const resources = await render(kubectl, variant);
  checkExposure(resources, options, say);
  const kinds = resources.map(({ kind }) => kind);
  await checkPermissions(kubectl, permissionsToApply(kinds, NAMESPACE));
  say('Permissions: sufficient');
  await applyInOrder(kubectl, resources, { ...options, say });
  await printAddress(kubectl, options, say);
  return 0;
}

/**
 * Checks the cluster and chooses the settings that depend on it.
 * @throws Failure if a requirement is missing
 */
async function chooseVariant(kubectl: Kubectl, options: DeployOptions): Promise<Variant> {
  const dapr = await checkDapr(kubectl, say);
  say(`Dapr: ${dapr.version} in ${dapr.namespace}, ready, mTLS on`);
  if (!dapr.dropsCapabilities)
    say(
      `Warning: this Dapr does not drop sidecar capabilities, so the namespace uses the baseline Pod Security Standard ` +
        `instead of restricted. To change that, run \`helm upgrade dapr … -n ${dapr.namespace} --reuse-values --set ` +
        'dapr_sidecar_injector.sidecarDropALLCapabilities=true`, then deploy again.',
    );
  const ingressClass = await chooseIngressClass(kubectl, options.ingressClass);
  say(`Ingress class: ${ingressClass.name}`);
  if (!ingressClass.isTraefik)
    say(
      'Warning: the annotations that set the sticky cookie only work with Traefik. Add the annotations for your class ' +
        '(see k8s/base/bff.yaml for ingress-nginx). Without them, polling clients switch between instances.',
    );
  const redisCluster = await runsRedisCluster(kubectl, NAMESPACE, options.redisCluster);
  if (redisCluster) say('Redis: a cluster of six nodes');
  const nodeVolume = await needsNodeVolume(kubectl, NAMESPACE, {
    ...(redisCluster && { claimName: 'node-redis-0' }),
    isLocal: options.registry === undefined,
  });
  if (nodeVolume)
    say(
      'Volume: the cluster has no default storage class, so Redis stores its data on the only node, in ' +
        (redisCluster ? '/var/lib/tocsin/redis-cluster' : '/var/lib/tocsin/redis'),
    );
  const bffs = await scaledBffs(kubectl);
  if (bffs !== undefined) say(`bff instances: ${bffs} (kept from earlier scaling)`);
  if (!(await hasMetrics(kubectl)))
    say(
      `Autoscaler: the cluster has no metrics server, so the bff keeps ${bffs ?? 2} instances at any load. Install one ` +
        '(https://github.com/kubernetes-sigs/metrics-server) for the autoscaler, or scale manually: ' +
        `\`kubectl -n ${NAMESPACE} scale deployment/bff --replicas=N\`.`,
    );
  const { registry, tag, host, tlsSecret, publish } = options;
  return {
    ...{ registry, tag, host, tlsSecret, publish, nodeVolume, redisCluster, bffs },
    digests: findDigests({ registry, tag }),
    baseline: !dapr.dropsCapabilities,
    ingressClass: ingressClass.name,
    isTraefik: ingressClass.isTraefik,
    daprNamespace: dapr.namespace,
  };
}

/** True if the cluster provides metrics for the autoscaler. */
const hasMetrics = async (kubectl: Kubectl): Promise<boolean> =>
  (await kubectl.try(['get', '--raw', '/apis/metrics.k8s.io/v1beta1'])).code === 0;

/** The number of bff instances, if scaled above two. Applying the manifests must not reset it to two. */
async function scaledBffs(kubectl: Kubectl): Promise<number | undefined> {
  const schema = z.object({ spec: z.object({ replicas: z.int() }) });
  const found = await kubectl.get(schema, ['deployment', 'bff', '-n', NAMESPACE]);
  return found && found.spec.replicas > 2 ? found.spec.replicas : undefined;
}
