import { z } from 'zod';
import { retractRequestSchema } from '../claim-check/change.ts';
import { feedSchema } from './name.ts';
import { epochSchema, publicationSchema } from './publication.ts';

/** Query parameters for `GET /app/notification`. */
export const linkedQuerySchema = retractRequestSchema;

/**
 * The `GET /app/notification` response: the newest publication with the given id, along with the feed and epoch. The
 * publication might be gone.
 */
export const linkedNotificationSchema = z.object({
  feed: feedSchema,
  epoch: epochSchema,
  publication: publicationSchema,
});
export type LinkedNotification = z.infer<typeof linkedNotificationSchema>;
