import { z } from 'zod';
import { keptDigests } from '../containers/digests.ts';
import { pollUntil } from '../net/poll.ts';
import type { Say } from '../setup/say.ts';
import { findAddress } from './cluster/address.ts';
import { apply } from './rollout/apply.ts';
import { checkCluster } from './cluster/cluster.ts';
import { checkDapr } from './cluster/dapr-there.ts';
import { checkExposure } from './manifests/exposure.ts';
import { chooseIngressClass } from './cluster/ingress-class.ts';
import { findKubectl, type Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE, render, type Resource, type Variant } from './manifests/kustomization.ts';
import { readDeployOptions, type DeployOptions } from './options.ts';
import { remove } from './remove.ts';
import { checkRights, rightsToApply, rightsToLook } from './cluster/rights.ts';
import { waitForRollout } from './rollout/rollout.ts';
import { makeSecrets } from './secrets.ts';
import { needsNodeVolume } from './cluster/storage.ts';

/** A controller needs a moment to lead to new pods. */
const ANSWER_MS = 60_000;
const INGRESS = 'tocsin';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm run deploy`: deploys Tocsin to the cluster of kubectl's current context and waits until it is ready,
 * or removes it. Stops at the first fault with a message that says what to do; existing objects are updated.
 */
export async function deploy(args: string[]): Promise<number> {
  const options = readDeployOptions(args);
  const kubectl = findKubectl();
  say(`Cluster: ${await checkCluster(kubectl)}`);
  if (options === 'delete') {
    await remove(kubectl, say);
    return 0;
  }
  await checkRights(kubectl, rightsToLook(NAMESPACE));
  const variant = await chooseVariant(kubectl, options);
  const resources = await render(kubectl, variant);
  checkExposure(resources, options, say);
  const kinds = resources.map(({ kind }) => kind);
  await checkRights(kubectl, rightsToApply(kinds, NAMESPACE));
  say('Rights: sufficient');
  await applyInOrder(kubectl, resources, options);
  await printAddress(kubectl, options);
  return 0;
}

/** Looks at the cluster. @throws Failure when something is missing */
async function chooseVariant(kubectl: Kubectl, options: DeployOptions): Promise<Variant> {
  const dapr = await checkDapr(kubectl, say);
  say(`Dapr: ${dapr.version} in ${dapr.namespace}, all parts ready, mTLS on`);
  if (!dapr.dropsCapabilities)
    say(
      `Warning: this Dapr leaves its sidecars their capabilities, so the namespace gets the Pod Security Standard baseline ` +
        `instead of restricted. \`helm upgrade dapr … -n ${dapr.namespace} --reuse-values --set ` +
        'dapr_sidecar_injector.sidecarDropALLCapabilities=true` changes that; then deploy again.',
    );
  const ingressClass = await chooseIngressClass(kubectl, options.ingressClass);
  say(`Ingress class: ${ingressClass.name}`);
  if (!ingressClass.isTraefik)
    say(
      'Warning: the sticky cookie is set by annotations for Traefik; this class needs its own (k8s/base/bff.yaml has ' +
        'those of ingress-nginx). Without them, clients that poll alternate between instances.',
    );
  const nodeVolume = await needsNodeVolume(kubectl, NAMESPACE);
  if (nodeVolume)
    say(
      'Volume: the cluster has no default storage class; Redis keeps its data on its only node, in /var/lib/tocsin/redis',
    );
  const bffs = await scaledBffs(kubectl);
  if (bffs !== undefined) say(`Instances of the bff: ${bffs}, as scaled before`);
  if (!(await hasMetrics(kubectl)))
    say(
      `Autoscaler: the cluster has no metrics server, so the bff keeps its ${bffs ?? 2} instances whatever their load. Install one ` +
        '(https://github.com/kubernetes-sigs/metrics-server), and the autoscaler goes by it; or scale by hand: ' +
        `\`kubectl -n ${NAMESPACE} scale deployment/bff --replicas=N\`.`,
    );
  const { registry, tag, host, tlsSecret, publish } = options;
  return {
    ...{ registry, tag, host, tlsSecret, publish, nodeVolume, bffs },
    digests: keptDigests({ registry, tag }),
    baseline: !dapr.dropsCapabilities,
    ingressClass: ingressClass.name,
    isTraefik: ingressClass.isTraefik,
    daprNamespace: dapr.namespace,
  };
}

/** Whether the cluster has metrics for the autoscaler. */
const hasMetrics = async (kubectl: Kubectl): Promise<boolean> =>
  (await kubectl.try(['get', '--raw', '/apis/metrics.k8s.io/v1beta1'])).code === 0;

/** How many instances the autoscaler has made of the two; an apply must not take them back. */
async function scaledBffs(kubectl: Kubectl): Promise<number | undefined> {
  const schema = z.object({ spec: z.object({ replicas: z.int() }) });
  const there = await kubectl.get(schema, ['deployment', 'bff', '-n', NAMESPACE]);
  return there && there.spec.replicas > 2 ? there.spec.replicas : undefined;
}

/** Pods read their secrets, components and Redis at the start, so these come first. */
async function applyInOrder(
  kubectl: Kubectl,
  resources: readonly Resource[],
  options: DeployOptions,
): Promise<void> {
  const { registry, timeoutMs } = options;
  const isNamespace = ({ kind }: Resource) => kind === 'Namespace';
  const runs = ({ kind }: Resource) => ['Deployment', 'HorizontalPodAutoscaler', 'Ingress'].includes(kind);
  await apply(kubectl, 'the namespace', resources.filter(isNamespace), say);
  await makeSecrets(kubectl, NAMESPACE, say);
  const first = resources.filter((resource) => !isNamespace(resource) && !runs(resource));
  await apply(kubectl, 'components, policies and Redis', first, say);
  const shared = { namespace: NAMESPACE, registry, timeoutMs, say };
  await waitForRollout(kubectl, { ...shared, workloads: ['statefulset/redis'] });
  say('Redis is ready');
  const deployments = resources
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata }) => metadata.name);
  await apply(kubectl, `${deployments.join(', ')} and the ingress`, resources.filter(runs), say);
  await waitForRollout(kubectl, { ...shared, workloads: deployments.map((name) => `deployment/${name}`) });
  say(`Rolled out: ${deployments.join(', ')}`);
}

async function printAddress(kubectl: Kubectl, { host, tlsSecret }: DeployOptions): Promise<void> {
  const address = await findAddress(kubectl, NAMESPACE, INGRESS);
  if (address === undefined)
    return say(
      'Tocsin runs. The cluster does not report the address of its ingress controller; ask its administrator.',
    );
  const scheme = tlsSecret === undefined ? 'http' : 'https';
  if (host !== undefined) return say(`It runs. Open ${scheme}://${host} once that name leads to ${address}.`);
  const fault = await pollUntil(() => isLedTo(`${address}/app/notifications`), { timeoutMs: ANSWER_MS });
  say(`It runs. Open ${address}`);
  if (fault)
    say(`(It did not answer from here: ${fault}. It may be reachable only from the cluster's network.)`);
}

/** True if a bff answers there; one that asks for tokens does so with 401. */
const isLedTo = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok || response.status === 401;
    },
    () => false,
  );
