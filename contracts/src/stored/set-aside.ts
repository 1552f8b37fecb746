import { z } from 'zod';
import { channelNameSchema } from '../away/fallback.ts';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';

/** Reasons for entries and events. */
export const SET_ASIDE_REASONS = ['invalid', 'expired', 'missing'] as const;
/** Outcomes of fallbacks that are set aside. */
export const UNSENT_OUTCOMES = ['refused', 'unknown'] as const;

/**
 * A notification's fallback through a channel that was not sent, or perhaps not. `at` is when it ended, in ms since
 * 1970.
 */
export const unsentFallbackSchema = z.strictObject({
  id: idSchema,
  createdAt: dateTimeSchema,
  via: channelNameSchema,
  at: z.int().min(0),
});
export type UnsentFallback = z.infer<typeof unsentFallbackSchema>;

/**
 * An entry or item that a feed couldn't accept, with its content (null if lost) and the reason; or a fallback, without
 * content.
 */
export const setAsideSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  entry: z.string(),
  feed: z.string(),
  reason: z.enum([...SET_ASIDE_REASONS, ...UNSENT_OUTCOMES]),
  faults: z.array(z.string()),
  content: z.string().nullable(),
  at: dateTimeSchema,
  /** The id of a refused event. */
  event: z.string().optional(),
  fallback: unsentFallbackSchema.optional(),
});
export type SetAside = z.infer<typeof setAsideSchema>;

/** Names of the set-aside records that `npm run dead-letters` lists, newest first. */
export const setAsideIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  entries: z.array(z.string()),
});
export type SetAsideIndex = z.infer<typeof setAsideIndexSchema>;

/** Size of each listed record, in bytes of JSON. */
export const setAsideSizesSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  bytes: z.record(z.string(), z.int().min(0)),
});

export const SET_ASIDE_INDEX_KEY = 'set-aside';
export const SET_ASIDE_SIZES_KEY = 'set-aside-sizes';
/** Records of fallbacks begin with this, followed by the key of the reader's feed and a hash. */
const FALLBACK_PREFIX = 'fallback:';
export const unsentFallbackName = (feed: string, hash: string): string =>
  `${FALLBACK_PREFIX}${feedKey(feed)}:${hash}`;
export const isUnsentFallback = (entry: string): boolean => entry.startsWith(FALLBACK_PREFIX);

export const setAsideKey = (entry: string): string => `set-aside:${entry}`;
