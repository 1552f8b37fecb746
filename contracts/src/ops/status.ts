import { z } from 'zod';
import { dateTimeSchema } from '../text/text.ts';

/** An instance's dependencies: the sidecar, the state store behind the sidecar, and the broadcaster's Redis. */
export const DEPENDENCIES = ['sidecar', 'store', 'redis'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

/** The response to `GET /app/ops/status`. The instance creates it without calling its sidecar. */
export const opsStatusSchema = z.object({
  at: dateTimeSchema,
  instance: z.string(),
  version: z.string(),
  /** The dependencies that do not respond, and since when. */
  failing: z.array(z.object({ dependency: z.enum(DEPENDENCIES), since: dateTimeSchema })),
  /** URLs configured by the deployment. */
  links: z.object({ runbook: z.string().optional(), grafana: z.string().optional() }),
});
export type OpsStatus = z.infer<typeof opsStatusSchema>;
