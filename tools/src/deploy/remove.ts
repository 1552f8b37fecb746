import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE } from './manifests/kustomization.ts';
import { checkRights, type Right } from './cluster/rights.ts';
import { NODE_STORAGE } from './cluster/storage.ts';

const LONGEST = '--timeout=180s';

const RIGHTS: Right[] = [
  // kubectl reads the namespace until it is gone.
  ...['get', 'list', 'watch', 'delete'].map((verb) => ({ verb, group: '', resource: 'namespaces' })),
  { verb: 'list', group: '', resource: 'persistentvolumes' },
];
const VOLUME_RIGHTS: Right[] = ['get', 'watch', 'delete'].map((verb) => ({
  ...{ verb, group: '', resource: 'persistentvolumes' },
}));

/**
 * Removes the namespace with its content, and the objects that deploy created outside it. Succeeds if nothing exists.
 * @throws Failure before anything is removed if a right is missing
 */
export async function remove(kubectl: Kubectl, say: Say): Promise<void> {
  await checkRights(kubectl, RIGHTS);
  const there = await kubectl.get(z.unknown(), ['namespace', NAMESPACE]);
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
  if (there === undefined && volumes.length === 0)
    return say(`Nothing to remove: there is no namespace ${NAMESPACE}.`);
  if (volumes.length > 0) await checkRights(kubectl, VOLUME_RIGHTS);
  say(`Removing the namespace ${NAMESPACE} with everything in it, including secrets and volumes`);
  await kubectl.text(['delete', 'namespace', NAMESPACE, `${NAMESPACE}-node`, '--ignore-not-found', LONGEST]);
  for (const { metadata, spec } of volumes) {
    await kubectl.text(['delete', 'persistentvolume', metadata.name, '--ignore-not-found', LONGEST]);
    say(
      `The data of Redis stays on the node, in ${spec.hostPath?.path}; the next deploy there uses it again.`,
    );
  }
  say('Removed.');
}
