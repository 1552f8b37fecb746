import { z } from 'zod';
import { codePoints, hasControlCharacters, idSchema, isWellFormed } from '../text/text.ts';

const MAX_SUB = 255;

function faultOfFeed(feed: string): string | undefined {
  if (feed === 'all') return undefined;
  if (feed.startsWith('topic:')) {
    return idSchema.safeParse(feed.slice('topic:'.length)).success
      ? undefined
      : 'topic: must be followed by 1 to 128 characters of A-Z a-z 0-9 . _ : -';
  }
  if (feed.startsWith('user:')) {
    const sub = feed.slice('user:'.length);
    const length = codePoints(sub);
    if (length < 1 || length > MAX_SUB) return `user: must be followed by 1 to ${MAX_SUB} characters`;
    if (hasControlCharacters(sub) || !isWellFormed(sub)) {
      return 'user: must be followed by text without control characters or lone surrogates';
    }
    return undefined;
  }
  return 'must be all, topic:<name> or user:<sub>';
}

/** A feed name: `all`, `topic:<name>` or `user:<sub>`. */
export const feedSchema = z
  .string()
  .meta({
    description: 'The audience: `all`, `topic:<name>` or `user:<sub>`.',
    pattern: '^(all|topic:[A-Za-z0-9._:-]{1,128}|user:[^\\u0000-\\u001f\\u007f-\\u009f]{1,255})$',
    examples: ['all', 'topic:orders', 'user:42'],
  })
  .superRefine((feed, context) => {
    const message = faultOfFeed(feed);
    if (message) context.addIssue({ code: 'custom', message });
  });

const encoder = new TextEncoder();

/**
 * Returns the feed's name for storage keys and actor ids. It is unique for each feed. UTF-8 bytes other than
 * `A–Z a–z 0–9 . _ : -` are encoded as `~XX`, so that the name can be used in URLs and in Dapr, which uses `||` as a
 * separator.
 */
export const feedKey = (feed: string): string =>
  /^[A-Za-z0-9._:-]*$/.test(feed)
    ? feed
    : Array.from(encoder.encode(feed), (byte) => {
        const character = String.fromCharCode(byte);
        return /[A-Za-z0-9._:-]/.test(character)
          ? character
          : `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      }).join('');

/**
 * Returns the feed with this key.
 * @throws URIError if `key` is not the key of a feed
 */
export const feedOfKey = (key: string): string => decodeURIComponent(key.replaceAll('~', '%'));
