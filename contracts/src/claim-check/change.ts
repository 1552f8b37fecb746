import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { DEFAULT_FEED } from '../names.ts';
import { fallbacksSchema } from '../away/fallback.ts';
import { notificationSchema } from '../feed/notification.ts';
import { MAX_ID_LENGTH, dateTimeSchema, idSchema } from '../text/text.ts';

/**
 * Removes the notification with id `retract` from the feed. If the notification arrives after the retraction, it isn't
 * shown.
 */
export const retractionSchema = z.strictObject({ retract: idSchema, feed: feedSchema, at: dateTimeSchema });
export type Retraction = z.infer<typeof retractionSchema>;

/** Deletes all content of the feed. */
export const erasureSchema = z.strictObject({
  erase: z.literal(true),
  feed: feedSchema,
  at: dateTimeSchema,
});
export type Erasure = z.infer<typeof erasureSchema>;

/** The first 16 hex digits of the SHA-256 of a CloudEvent's `source`. */
export const sourceHashSchema = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');

/**
 * An entry item with a notification. `sourceHash` is set for CloudEvents because event ids are unique only within a
 * source: two events are the same only if both id and source match. The feed doesn't store `sourceHash` or `fallback`.
 */
export const arrivalSchema = notificationSchema.extend({
  sourceHash: sourceHashSchema.optional(),
  fallback: fallbacksSchema.optional(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

/**
 * The id to use for an event if an event from another source has already taken its id in the feed: `<id>.<8 digits of
 * the source hash>`.
 */
export function idBesideAnother(id: string, sourceHash: string): string {
  const suffix = `.${sourceHash.slice(0, SUFFIX_DIGITS)}`;
  return id.slice(0, MAX_ID_LENGTH - suffix.length) + suffix;
}

/** Splits an id created by `idBesideAnother` into event id and source digits. Returns `undefined` for any other id. */
export function partsOfIdBeside(id: string): { id: string; source: string } | undefined {
  const [, first, source] = /^(.+)\.([0-9a-f]{8})$/.exec(id) ?? [];
  return first !== undefined && source !== undefined ? { id: first, source } : undefined;
}

const SUFFIX_DIGITS = 8;

/** An entry item that isn't a notification. Applied in order with the surrounding notifications. */
export type Change = Retraction | Erasure;

/** An entry item: a notification, a retraction or an erasure. */
export const entryItemSchema = z.union([arrivalSchema, retractionSchema, erasureSchema]);
export type EntryItem = z.infer<typeof entryItemSchema>;

export const isRetraction = (item: EntryItem): item is Retraction => 'retract' in item;
export const isErasure = (item: EntryItem): item is Erasure => 'erase' in item;

/** Chooses a schema by the item's members so that invalid items get the most helpful errors. */
export function schemaOfItem(candidate: unknown): z.ZodType<EntryItem> {
  if (typeof candidate !== 'object' || candidate === null) return arrivalSchema;
  if ('retract' in candidate) return retractionSchema;
  return 'erase' in candidate ? erasureSchema : arrivalSchema;
}

/** The parameters of `DELETE /notifications/{id}?feed=…`. */
export const retractRequestSchema = z.strictObject({ id: idSchema, feed: feedSchema.default(DEFAULT_FEED) });

/** The parameter and the response body of `DELETE /feeds/{feed}`. */
export const eraseRequestSchema = z.strictObject({ feed: feedSchema });
export type Erased = z.infer<typeof eraseRequestSchema>;
