import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE } from './manifests/kustomization.ts';
import { checkPermissions, type Permission } from './cluster/permissions.ts';
import { NODE_STORAGE } from './cluster/storage.ts';

const TIMEOUT = '--timeout=180s';

const PERMISSIONS: Permission[] = [
  // `kubectl delete` also reads the namespace, and watches it until it is gone.
  ...['get', 'list', 'watch', 'delete'].map((verb) => ({ verb, group: '', resource: 'namespaces' })),
  { verb: 'list', group: '', resource: 'persistentvolumes' },
];
const VOLUME_PERMISSIONS: Permission[] = ['get', 'watch', 'delete'].map((verb) => ({
  ...{ verb, group: '', resource: 'persistentvolumes' },
}));

/**
 * Removes the namespace and everything in it, and the objects that deploy created outside it. Succeeds if none of these
 * exist.
 * @throws Failure before removing anything if a permission is missing
 */
export async function remove(kubectl: Kubectl, say: Say): Promise<void> {
  await checkPermissions(kubectl, PERMISSIONS);
  const namespace = await kubectl.get(z.unknown(), ['namespace', NAMESPACE]);
  const volumeSchema = z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      storageClassName: z.string().default(''),
      claimRef: z.object({ namespace: z.string().default('') }).default({ namespace: '' }),
      hostPath: z.object({ path: z.string() }).optional(),
    }),
  });
  const volumes = (await kubectl.list(volumeSchema, ['persistentvolumes'])).filter(
    ({ spec }) => spec.storageClassName === NODE_STORAGE && spec.claimRef.namespace === NAMESPACE,
  );
  if (namespace === undefined && volumes.length === 0)
    return say(`Nothing to remove: the namespace ${NAMESPACE} does not exist.`);
  if (volumes.length > 0) await checkPermissions(kubectl, VOLUME_PERMISSIONS);
  say(`Removing the namespace ${NAMESPACE} and everything in it, including secrets and volumes`);
  await kubectl.text(['delete', 'namespace', NAMESPACE, `${NAMESPACE}-node`, '--ignore-not-found', TIMEOUT]);
  for (const { metadata, spec } of volumes) {
    await kubectl.text(['delete', 'persistentvolume', metadata.name, '--ignore-not-found', TIMEOUT]);
    say(
      `The Redis data stays on the node, in ${spec.hostPath?.path}. A new deployment on that node will reuse it.`,
    );
  }
  say('Removed.');
}
