import { createHash } from 'node:crypto';
import { parseJson, searchCursorSchema, type Found, type SearchCursor } from '@tocsin/contracts';

/** Returns a short name for a feed in an epoch. In a new epoch, the feed's search starts over. */
export const nameInCursor = (feed: string, epoch: string): string =>
  createHash('sha256').update(`${epoch} ${feed}`).digest('base64url').slice(0, 8);

type Position = readonly [time: number, name: string];

export const timeOf = ({ notification }: Found): number => Date.parse(notification.createdAt) || 0;

const positionOf = (found: Found): Position => [
  timeOf(found),
  nameInCursor(found.feed, found.notification.id),
];

const byPosition = ([time, name]: Position, [otherTime, otherName]: Position): number =>
  otherTime - time || (name < otherName ? -1 : Number(name > otherName));

/** Returns the snoozed notifications that follow the cursor, newest first. */
export function snoozedAfter({ snoozed }: SearchCursor, found: readonly Found[]): Found[] {
  const newestFirst = found.toSorted((a, b) => byPosition(positionOf(a), positionOf(b)));
  if (typeof snoozed === 'number') return newestFirst.slice(snoozed);
  return newestFirst.filter((one) => byPosition(positionOf(one), snoozed) > 0);
}

/**
 * Returns the position after which the next page continues with snoozed notifications. All matches on the page count,
 * even those that aren't snoozed, because the reader can snooze them before the next page.
 */
export function snoozedContinueAfter(
  { snoozed }: SearchCursor,
  page: readonly Found[],
): SearchCursor['snoozed'] {
  const positions = [...(typeof snoozed === 'number' ? [] : [snoozed]), ...page.map(positionOf)];
  const [time, name] = positions.toSorted(byPosition).at(-1) ?? [];
  return time === undefined || name === undefined ? snoozed : [time, name];
}

export const encodeCursor = (cursor: SearchCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** Returns `undefined` if the text isn't a cursor. */
export function decodeCursor(text: string): SearchCursor | undefined {
  const parsed = searchCursorSchema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : undefined;
}
