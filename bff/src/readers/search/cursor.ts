import { createHash } from 'node:crypto';
import { parseJson, searchCursorSchema, type SearchCursor } from '@tocsin/contracts';

/** Names a feed in an epoch in a few characters: in a new epoch the search of that feed begins anew. */
export const nameInCursor = (feed: string, epoch: string): string =>
  createHash('sha256').update(`${epoch} ${feed}`).digest('base64url').slice(0, 8);

export const encodeCursor = (cursor: SearchCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** `undefined` for text that is no cursor. */
export function decodeCursor(text: string): SearchCursor | undefined {
  const parsed = searchCursorSchema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : undefined;
}
