import { z } from 'zod';
import { feedSchema } from './feed-name.ts';
import { DEFAULT_FEED } from './names.ts';
import { notificationSchema } from './notification.ts';
import { dateTimeSchema, idSchema } from './text.ts';

/** The feed takes the notification `retract` away, or does not show it if it comes later. */
export const retractionSchema = z.strictObject({ retract: idSchema, feed: feedSchema, at: dateTimeSchema });
export type Retraction = z.infer<typeof retractionSchema>;

/** The feed forgets all that it holds. */
export const erasureSchema = z.strictObject({
  erase: z.literal(true),
  feed: feedSchema,
  at: dateTimeSchema,
});
export type Erasure = z.infer<typeof erasureSchema>;

/** What an entry holds besides notifications, in one order with them. */
export type Change = Retraction | Erasure;

/** One item of an entry: something to show, or a change of what was shown before it. */
export const entryItemSchema = z.union([notificationSchema, retractionSchema, erasureSchema]);
export type EntryItem = z.infer<typeof entryItemSchema>;

export const isRetraction = (item: EntryItem): item is Retraction => 'retract' in item;
export const isErasure = (item: EntryItem): item is Erasure => 'erase' in item;

/** The schema that says best what is wrong with an item: that of the kind which it seems to be. */
export function schemaOfItem(candidate: unknown): z.ZodType<EntryItem> {
  if (typeof candidate !== 'object' || candidate === null) return notificationSchema;
  if ('retract' in candidate) return retractionSchema;
  return 'erase' in candidate ? erasureSchema : notificationSchema;
}

/** What `DELETE /notifications/{id}?feed=…` names. */
export const retractRequestSchema = z.strictObject({ id: idSchema, feed: feedSchema.default(DEFAULT_FEED) });

/** What `DELETE /feeds/{feed}` names, and answers. */
export const eraseRequestSchema = z.strictObject({ feed: feedSchema });
export type Erased = z.infer<typeof eraseRequestSchema>;
