import { createHash } from 'node:crypto';
import { parseJson, searchCursorSchema, type SearchCursor } from '@tocsin/contracts';

/** A short name for a feed in an epoch. In a new epoch, the feed's search starts over. */
export const nameInCursor = (feed: string, epoch: string): string =>
  createHash('sha256').update(`${epoch} ${feed}`).digest('base64url').slice(0, 8);

export const encodeCursor = (cursor: SearchCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** Returns `undefined` if the text isn't a cursor. */
export function decodeCursor(text: string): SearchCursor | undefined {
  const parsed = searchCursorSchema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : undefined;
}
