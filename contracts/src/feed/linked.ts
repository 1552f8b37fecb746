import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { feedSchema } from './name.ts';
import { epochSchema, publicationSchema } from './publication.ts';

/** The query parameters of `GET /app/notification`. */
export const linkedQuerySchema = retractRequestSchema;

/**
 * The response of `GET /app/notification`: the newest publication with the given id (which might be gone) and its
 * position.
 */
export const linkedNotificationSchema = z.object({
  feed: feedSchema,
  epoch: epochSchema,
  publication: publicationSchema,
});
export type LinkedNotification = z.infer<typeof linkedNotificationSchema>;
