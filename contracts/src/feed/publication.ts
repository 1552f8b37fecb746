import { z } from 'zod';
import { MAX_EPOCH_LENGTH } from '../limits.ts';
import { notificationSchema } from './notification.ts';
import { idSchema } from '../text/text.ts';

/**
 * The epoch of a feed. It changes only if the feed's state is lost or the feed is erased. Clients only compare epochs
 * for equality.
 */
export const epochSchema = z.string().min(1).max(MAX_EPOCH_LENGTH);
/** Offsets start at 1 and have no gaps. 0 is the position before the first publication. */
export const offsetSchema = z.int().min(0);

/** A position in a feed. Offsets from different epochs can't be compared. */
export const positionSchema = z.strictObject({ epoch: epochSchema, offset: offsetSchema });
export type Position = z.infer<typeof positionSchema>;

export const GONE_REASONS = ['retracted', 'expired', 'replaced'] as const;
export type GoneReason = (typeof GONE_REASONS)[number];

const sharedFields = {
  offset: z.int().min(1),
  /**
   * The id of the notification that this one replaced because it had the same collapse key. It is kept even after this
   * publication is gone.
   */
  replaces: idSchema.optional(),
};

export const livePublicationSchema = z.strictObject({ ...sharedFields, notification: notificationSchema });
export const gonePublicationSchema = z.strictObject({
  ...sharedFields,
  notification: z.null(),
  id: idSchema,
  gone: z.enum(GONE_REASONS),
});

/** A notification at an offset. Once a publication is gone, only the offset, id, reason and `replaces` remain. */
export const publicationSchema = z.union([livePublicationSchema, gonePublicationSchema]);
export type LivePublication = z.infer<typeof livePublicationSchema>;
export type GonePublication = z.infer<typeof gonePublicationSchema>;
export type Publication = LivePublication | GonePublication;

export const idOfPublication = (publication: Publication): string =>
  publication.notification === null ? publication.id : publication.notification.id;
