import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { DEFAULT_FEED } from '../names.ts';
import { fallbacksSchema } from '../away/fallback.ts';
import { notificationSchema } from '../feed/notification.ts';
import { MAX_ID_LENGTH, dateTimeSchema, idSchema } from '../text/text.ts';

/**
 * Removes the notification with the id `retract` from the feed. If the retraction arrives first, the notification isn't
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
 * An entry item with a notification. `sourceHash` is set for CloudEvents. Their ids are unique only within a source, so
 * two events are the same only if both the ids and the sources are equal. The feed does not store `sourceHash` or
 * `fallback`.
 */
export const arrivalSchema = notificationSchema.extend({
  sourceHash: sourceHashSchema.optional(),
  fallback: fallbacksSchema.optional(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

/**
 * Returns the id for an event whose own id is already used in the feed by an event from another source. The format is
 * `<id>.<8 digits of the source hash>`.
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

/**
 * Chooses a schema by the members of the item, so that the errors for an invalid item are about the intended kind of
 * item.
 */
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
