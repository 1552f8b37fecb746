import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';

export const SET_ASIDE_REASONS = ['invalid', 'expired', 'missing'] as const;

/**
 * An entry, item or event that could not be processed, with the reason and the content (null if the content is lost).
 */
export const setAsideSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  entry: z.string(),
  feed: z.string(),
  reason: z.enum(SET_ASIDE_REASONS),
  faults: z.array(z.string()),
  content: z.string().nullable(),
  at: dateTimeSchema,
  /** A refused event's id. */
  event: z.string().optional(),
});
export type SetAside = z.infer<typeof setAsideSchema>;

/** Names of all set-aside records, newest first. */
export const setAsideIndexSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  entries: z.array(z.string()),
});
export type SetAsideIndex = z.infer<typeof setAsideIndexSchema>;

/** JSON size of each set-aside record in bytes, and when it was stored (ms since 1970). */
export const setAsideSizesSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  bytes: z.record(z.string(), z.int().min(0)),
  storedAt: z.record(z.string(), z.int().min(0)).optional(),
});

/** Set-aside record lifetime in seconds. */
export const SET_ASIDE_TTL_SECONDS = 7 * 24 * 60 * 60;

/**
 * Whether a record stored at `storedAt` has expired. Records from older versions have no such time, and never count as
 * expired.
 */
export const hasSetAsideExpired = (storedAt: number | undefined, now: number): boolean =>
  storedAt !== undefined && storedAt + SET_ASIDE_TTL_SECONDS * 1000 <= now;

export const SET_ASIDE_INDEX_KEY = 'set-aside';
export const SET_ASIDE_SIZES_KEY = 'set-aside-sizes';
export const setAsideKey = (entry: string): string => `set-aside:${entry}`;
