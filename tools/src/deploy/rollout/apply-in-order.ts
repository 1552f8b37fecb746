import type { Kubectl } from '../cluster/kubectl.ts';
import { NAMESPACE, type Resource } from '../manifests/kustomization.ts';
import { makeSecrets } from '../secrets.ts';
import { unpublish } from '../unpublish.ts';
import { apply } from './apply.ts';
import { waitForRollout, type RolloutOptions } from './rollout.ts';

/** Kinds to apply last because they depend on all other objects. */
const LAST = ['Deployment', 'HorizontalPodAutoscaler', 'Ingress'];

/**
 * Applies secrets, components and Redis first because the applications need them to start. The bffs come before the
 * producer, because an older bff may not know the fields that a newer producer sends.
 * @throws Failure if the cluster rejects an object, or the pods of a part don't become ready in time
 */
export async function applyInOrder(
  kubectl: Kubectl,
  resources: readonly Resource[],
  { say, ...options }: Pick<RolloutOptions, 'registry' | 'timeoutMs' | 'say' | 'pollMs'>,
): Promise<void> {
  const isNamespace = ({ kind }: Resource) => kind === 'Namespace';
  const isLast = ({ kind }: Resource) => LAST.includes(kind);
  const isBff = ({ kind, metadata }: Resource) => kind === 'Deployment' && metadata.name === 'bff';
  const wait = (workloads: readonly string[]) =>
    waitForRollout(kubectl, { ...options, namespace: NAMESPACE, workloads, say });
  await unpublish(kubectl, resources, say);
  await apply(kubectl, 'the namespace', resources.filter(isNamespace), say);
  await makeSecrets(kubectl, NAMESPACE, say);
  const first = resources.filter((resource) => !isNamespace(resource) && !isLast(resource));
  await apply(kubectl, 'components, policies and Redis', first, say);
  await wait(['statefulset/redis']);
  say('Redis is ready');
  const unchanged = await apply(kubectl, 'the bff', resources.filter(isBff), say);
  await wait(['deployment/bff']);
  const others = resources.filter((resource) => isLast(resource) && !isBff(resource));
  const deployments = others.flatMap(({ kind, metadata }) => (kind === 'Deployment' ? [metadata.name] : []));
  unchanged.push(...(await apply(kubectl, `${deployments.join(', ')} and the ingress`, others, say)));
  await wait(deployments.map((name) => `deployment/${name}`));
  say(`Rolled out: ${['bff', ...deployments].join(', ')}`);
  const unchangedDeployments = unchanged.filter((name) => name.startsWith('deployment'));
  if (options.registry === undefined && unchangedDeployments.length > 0)
    say(
      `Unchanged, so their pods keep running: ${unchangedDeployments.join(', ')}. If you have rebuilt the images under the ` +
        `same tag, run \`kubectl -n ${NAMESPACE} rollout restart ${unchangedDeployments.join(' ')}\`.`,
    );
}
