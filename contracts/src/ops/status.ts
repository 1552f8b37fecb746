import { z } from 'zod';
import { dateTimeSchema } from '../text/text.ts';

/** The dependencies of an instance: its sidecar, the state store behind it, and the Redis of its broadcaster. */
export const DEPENDENCIES = ['sidecar', 'store', 'redis'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

/** The answer of `GET /app/ops/status`: what the answering instance knows without its sidecar. */
export const opsStatusSchema = z.object({
  at: dateTimeSchema,
  instance: z.string(),
  version: z.string(),
  /** Dependencies that don't answer, and since when. */
  failing: z.array(z.object({ dependency: z.enum(DEPENDENCIES), since: dateTimeSchema })),
  /** Addresses that the deployment has set. */
  links: z.object({ runbook: z.string().optional(), grafana: z.string().optional() }),
});
export type OpsStatus = z.infer<typeof opsStatusSchema>;
