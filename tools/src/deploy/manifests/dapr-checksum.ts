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
 * Adds a hash of Dapr's documents to the annotations of pods that have a sidecar, as the chart does. A sidecar reads
 * some of the documents only when it starts, so pods restart if one of them changes.
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
