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
  const isKept = (one: (typeof PUBLISH)[number]) =>
    resources.some(({ kind, metadata }) => kind === one.kind && metadata.name === one.name);
  const found: typeof PUBLISH = [];
  for (const one of PUBLISH.filter((each) => !isKept(each)))
    if (await kubectl.get(z.unknown(), [one.kind, one.name, '-n', NAMESPACE])) found.push(one);
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
  say('Closed the route for publishers from outside, which an earlier --publish had opened');
}
