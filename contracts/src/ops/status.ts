import { z } from 'zod';
import { dateTimeSchema } from '../text/text.ts';

/** An instance's dependencies: its sidecar, the state store behind it, and its broadcaster's Redis. */
export const DEPENDENCIES = ['sidecar', 'store', 'redis'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

/** The response of `GET /app/ops/status`: what the responding instance knows without asking its sidecar. */
export const opsStatusSchema = z.object({
  at: dateTimeSchema,
  instance: z.string(),
  version: z.string(),
  /** Dependencies that aren't responding and since when. */
  failing: z.array(z.object({ dependency: z.enum(DEPENDENCIES), since: dateTimeSchema })),
  /** URLs configured by the deployment. */
  links: z.object({ runbook: z.string().optional(), grafana: z.string().optional() }),
});
export type OpsStatus = z.infer<typeof opsStatusSchema>;
