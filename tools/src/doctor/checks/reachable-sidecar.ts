import { z } from 'zod';

/** The fields of the sidecar's metadata that the doctor reads. */
export const metadataSchema = z.object({
  id: z.string(),
  components: z.array(z.object({ name: z.string(), type: z.string() })).default([]),
  actorRuntime: z
    .object({
      placement: z.string().optional(),
      activeActors: z.array(z.object({ type: z.string() })).optional(),
    })
    .optional(),
  scheduler: z.object({ connected_addresses: z.array(z.string()).optional() }).optional(),
});
export type Metadata = z.infer<typeof metadataSchema>;

export interface ReachableSidecar {
  /** The name of the sidecar's application, such as `producer` or `bff-1`. */
  name: string;
  url: string;
  headers: Record<string, string>;
  metadata: Metadata;
}
