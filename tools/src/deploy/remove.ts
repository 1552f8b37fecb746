import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './kubectl.ts';
import { NAMESPACE } from './kustomization.ts';
import { NODE_STORAGE } from './storage.ts';

const LONGEST = '--timeout=180s';

/** Removes the namespace with all that is in it, and what was made beside it. Nothing there is no fault. */
export async function remove(kubectl: Kubectl, say: Say): Promise<void> {
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
    return say(`There is no namespace ${NAMESPACE}: nothing to remove.`);
  say(`Removing the namespace ${NAMESPACE} with all that is in it, its secrets and volumes as well`);
  await kubectl.text(['delete', 'namespace', NAMESPACE, `${NAMESPACE}-node`, '--ignore-not-found', LONGEST]);
  for (const { metadata, spec } of volumes) {
    await kubectl.text(['delete', 'persistentvolume', metadata.name, '--ignore-not-found', LONGEST]);
    say(
      `The data of Redis stay on the node, in ${spec.hostPath?.path}; the next deploy there goes on with them.`,
    );
  }
  say('Removed.');
}
