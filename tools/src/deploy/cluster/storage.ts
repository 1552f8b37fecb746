import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Kubectl } from './kubectl.ts';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const classSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
});
const claimSchema = z.object({ spec: z.object({ storageClassName: z.string().optional() }) });

export const NODE_STORAGE = 'tocsin-node';

/**
 * True if Redis must store data in a folder on the node, because its volume claim already uses one, or because the
 * cluster has only one node and no default storage class.
 * @throws Failure if there is no default storage class and more than one node
 */
export async function needsNodeVolume(
  kubectl: Kubectl,
  namespace: string,
  claimName = 'data-redis-0',
): Promise<boolean> {
  const claim = await kubectl.get(claimSchema, ['pvc', claimName, '-n', namespace]);
  if (claim) return claim.spec.storageClassName === NODE_STORAGE;
  const classes = await kubectl.list(classSchema, ['storageclasses']);
  if (classes.some(({ metadata }) => metadata.annotations[DEFAULT] === 'true')) return false;
  const nodes = await kubectl.list(z.unknown(), ['nodes']);
  if (nodes.length === 1) return true;
  throw new Failure(
    `The cluster has ${nodes.length} nodes and no default storage class, so Redis would have no volume. Install a ` +
      'storage class, or mark one as the default (`kubectl patch storageclass NAME -p ' +
      `'{"metadata":{"annotations":{"${DEFAULT}":"true"}}}'\`), and deploy again.`,
  );
}
