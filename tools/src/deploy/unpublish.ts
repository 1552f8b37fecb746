import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { checkPermissions, RESOURCES } from './cluster/permissions.ts';
import { NAMESPACE, type Resource } from './manifests/kustomization.ts';

/** The objects of `k8s/components/publish`. */
const PUBLISH = [
  { kind: 'Ingress', name: 'publish' },
  { kind: 'NetworkPolicy', name: 'publish' },
];

/**
 * Removes the route to the producer that an earlier deployment with `--publish` opened, unless these manifests contain
 * it. `kubectl apply` would leave it open, because it doesn't delete objects that are missing from the manifests.
 * @throws Failure before removing anything if a permission is missing
 */
export async function unpublish(kubectl: Kubectl, resources: readonly Resource[], say: Say): Promise<void> {
  const isInManifests = (object: (typeof PUBLISH)[number]) =>
    resources.some(({ kind, metadata }) => kind === object.kind && metadata.name === object.name);
  const found: typeof PUBLISH = [];
  for (const object of PUBLISH.filter((published) => !isInManifests(published)))
    if (await kubectl.get(z.unknown(), [object.kind, object.name, '-n', NAMESPACE])) found.push(object);
  if (found.length === 0) return;
  await checkPermissions(
    kubectl,
    found.flatMap(({ kind }) => {
      const { group = '', resource = '' } = RESOURCES[kind] ?? {};
      return { verb: 'delete', group, resource, namespace: NAMESPACE };
    }),
  );
  for (const { kind, name } of found)
    await kubectl.text(['delete', kind, name, '-n', NAMESPACE, '--ignore-not-found', '--wait=false']);
  say('Removed the public route to the producer, which an earlier --publish had opened');
}
