import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Kubectl } from './kubectl.ts';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const classSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
});
const claimSchema = z.object({ spec: z.object({ storageClassName: z.string().optional() }) });

const nodeSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ unschedulable: z.boolean().default(false) }).default({ unschedulable: false }),
});
const podSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ nodeName: z.string().optional() }),
});

export const NODE_STORAGE = 'tocsin-node';

/**
 * True if Redis must store its data in a folder on the node: its volume claim already uses such a folder, or the
 * cluster has only one node and no default storage class. `isLocal` means that the manifests contain this folder.
 * Cordoned nodes don't count.
 * @throws Failure if Redis needs the folder and could start on another node, without the data
 */
export async function needsNodeVolume(
  kubectl: Kubectl,
  namespace: string,
  { claimName = 'data-redis-0', isLocal = false }: { claimName?: string; isLocal?: boolean } = {},
): Promise<boolean> {
  const nodes = (await kubectl.list(nodeSchema, ['nodes'])).filter(({ spec }) => !spec.unschedulable);
  const claim = await kubectl.get(claimSchema, ['pvc', claimName, '-n', namespace]);
  if (claim?.spec.storageClassName === NODE_STORAGE) {
    const names = nodes.map(({ metadata }) => metadata.name);
    const pods = await kubectl.list(podSchema, ['pods', '-n', namespace]);
    const home = pods.find(({ metadata }) => metadata.name === 'redis-0')?.spec.nodeName;
    if (names.length === 1 && (home === undefined || home === names[0])) return true;
    const owner = home === undefined ? 'one node' : `the node ${home}`;
    throw new Failure(
      `Redis stores its data in a folder of ${owner} (/var/lib/tocsin). On another node, it would start without its ` +
        `data. Nodes on which pods can start now: ${names.join(', ') || 'none'}. Use ` +
        '`kubectl cordon NODE` and `kubectl uncordon NODE` so that pods can start only on the node with the data, then deploy again.',
    );
  }
  if (isLocal && nodes.length !== 1)
    throw new Failure(
      '--local needs a cluster where pods can start on only one node, because images and data stay on that node. ' +
        `Here, pods can start on ${nodes.length} nodes. Use --registry URL instead.`,
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
