import { createHash } from 'node:crypto';
import { z } from 'zod';

const DAPR_KINDS = ['Component', 'Configuration', 'Resiliency'];
const podsSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
    }),
  }),
});

/**
 * Annotates pods that have a sidecar with a hash of Dapr's documents, as the chart does. A sidecar reads some of them
 * only when it starts, so pods restart if one of them changes.
 */
export function withDaprChecksum<T extends { kind: string }>(resources: readonly T[]): T[] {
  const documents = resources.filter(({ kind }) => DAPR_KINDS.includes(kind));
  const sum = createHash('sha256').update(JSON.stringify(documents)).digest('hex');
  return resources.map((resource) => {
    const pods = podsSchema.safeParse(resource).data?.spec;
    if (pods?.template.metadata.annotations['dapr.io/enabled'] !== 'true') return resource;
    const { template } = pods;
    const annotations = { ...template.metadata.annotations, 'checksum/dapr': sum };
    return {
      ...resource,
      spec: { ...pods, template: { ...template, metadata: { ...template.metadata, annotations } } },
    };
  });
}
