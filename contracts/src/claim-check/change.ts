import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { DEFAULT_FEED } from '../names.ts';
import { notificationSchema } from '../feed/notification.ts';
import { MAX_ID_LENGTH, dateTimeSchema, idSchema } from '../text/text.ts';

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

/** 16 hex digits of the SHA-256 of a CloudEvent's `source`. */
export const sourceHashSchema = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');

/**
 * A notification on its way to its feed. `sourceHash` is there where the id is that of a CloudEvent, which is unique in its
 * source alone: two events of one id are the same only if they have the same source. The feed does not keep it.
 */
export const arrivalSchema = notificationSchema.extend({ sourceHash: sourceHashSchema.optional() });
export type Arrival = z.infer<typeof arrivalSchema>;

/** The id under which a feed shows an event whose own id another source has: `<id>.<8 digits of its source>`. */
export function idBesideAnother(id: string, sourceHash: string): string {
  const suffix = `.${sourceHash.slice(0, SUFFIX_DIGITS)}`;
  return id.slice(0, MAX_ID_LENGTH - suffix.length) + suffix;
}

/** The id and source that the id of `idBesideAnother` may stand for; `undefined` if it does not look like one. */
export function partsOfIdBeside(id: string): { id: string; source: string } | undefined {
  const [, first, source] = /^(.+)\.([0-9a-f]{8})$/.exec(id) ?? [];
  return first !== undefined && source !== undefined ? { id: first, source } : undefined;
}

const SUFFIX_DIGITS = 8;

/** What an entry holds besides notifications, in one order with them. */
export type Change = Retraction | Erasure;

/** One item of an entry: something to show, or a change of what was shown before it. */
export const entryItemSchema = z.union([arrivalSchema, retractionSchema, erasureSchema]);
export type EntryItem = z.infer<typeof entryItemSchema>;

export const isRetraction = (item: EntryItem): item is Retraction => 'retract' in item;
export const isErasure = (item: EntryItem): item is Erasure => 'erase' in item;

/** The schema that says best what is wrong with an item: that of the kind which it seems to be. */
export function schemaOfItem(candidate: unknown): z.ZodType<EntryItem> {
  if (typeof candidate !== 'object' || candidate === null) return arrivalSchema;
  if ('retract' in candidate) return retractionSchema;
  return 'erase' in candidate ? erasureSchema : arrivalSchema;
}

/** What `DELETE /notifications/{id}?feed=…` names. */
export const retractRequestSchema = z.strictObject({ id: idSchema, feed: feedSchema.default(DEFAULT_FEED) });

/** What `DELETE /feeds/{feed}` names, and answers. */
export const eraseRequestSchema = z.strictObject({ feed: feedSchema });
export type Erased = z.infer<typeof eraseRequestSchema>;
