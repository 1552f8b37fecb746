import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Kubectl } from './kubectl.ts';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const classSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
});
const claimSchema = z.object({ spec: z.object({ storageClassName: z.string().optional() }) });

const nodeSchema = z.object({
  spec: z.object({ unschedulable: z.boolean().default(false) }).default({ unschedulable: false }),
});

export const NODE_STORAGE = 'tocsin-node';

/**
 * True if Redis must store data in a folder on the node, because its volume claim already uses one, or because the
 * cluster has only one node and no default storage class. `isLocal` means that the manifests contain this folder.
 * @throws Failure if Redis needs the folder and there is more than one node, because a pod on another node would start
 *   without the data
 */
export async function needsNodeVolume(
  kubectl: Kubectl,
  namespace: string,
  { claimName = 'data-redis-0', isLocal = false }: { claimName?: string; isLocal?: boolean } = {},
): Promise<boolean> {
  const nodes = await kubectl.list(nodeSchema, ['nodes']);
  const claim = await kubectl.get(claimSchema, ['pvc', claimName, '-n', namespace]);
  if (claim?.spec.storageClassName === NODE_STORAGE) {
    if (nodes.filter(({ spec }) => !spec.unschedulable).length <= 1) return true;
    throw new Failure(
      `Redis stores its data in a folder on one node (/var/lib/tocsin), but the cluster has ${nodes.length} nodes, and on ` +
        'another one it would start without its data. Keep pods off the other nodes with `kubectl cordon NODE`, then ' +
        'deploy again.',
    );
  }
  if (isLocal && nodes.length > 1)
    throw new Failure(
      `--local needs a cluster with one node, because images and data stay on it, but this cluster has ${nodes.length}. ` +
        'Use --registry URL instead.',
    );
  if (claim) return false;
  const classes = await kubectl.list(classSchema, ['storageclasses']);
  if (classes.some(({ metadata }) => metadata.annotations[DEFAULT] === 'true')) return false;
  if (nodes.length === 1) return true;
  throw new Failure(
    `The cluster has ${nodes.length} nodes and no default storage class, so Redis would have no volume. Install a ` +
      'storage class, or mark one as the default (`kubectl patch storageclass NAME -p ' +
      `'{"metadata":{"annotations":{"${DEFAULT}":"true"}}}'\`), and deploy again.`,
  );
}
