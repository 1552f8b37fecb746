import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { feedSchema } from './name.ts';
import { epochSchema, publicationSchema } from './publication.ts';

/** The query of `GET /app/notification`. */
export const linkedQuerySchema = retractRequestSchema;

/** The answer of `GET /app/notification`: the newest publication with an id, at its position. It may be gone. */
export const linkedNotificationSchema = z.object({
  feed: feedSchema,
  epoch: epochSchema,
  publication: publicationSchema,
});
export type LinkedNotification = z.infer<typeof linkedNotificationSchema>;
