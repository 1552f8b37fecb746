import { feedKey, feedOfKey, feedSchema, positionSchema, type Position } from '@tocsin/contracts';

/**
 * Returns the event id that contains the position in each feed, such as `all=1-x:12,topic:orders=1-x:7`. Feed names are
 * encoded as in keys in the store (`feedKey`), and epochs are percent-encoded.
 */
export const streamId = (positions: Iterable<readonly [feed: string, Position]>): string =>
  Array.from(
    positions,
    ([feed, { epoch, offset }]) => `${feedKey(feed)}=${encodeURIComponent(epoch)}:${offset}`,
  ).join(',');

/** Returns the positions in an id, or `undefined` if the id is invalid. An empty id has no positions. */
export function positionsOf(id: string): Map<string, Position> | undefined {
  const positions = new Map<string, Position>();
  for (const part of id === '' ? [] : id.split(',')) {
    const [key = '', encodedPosition = '', ...more] = part.split('=');
    const colon = encodedPosition.lastIndexOf(':');
    const digits = encodedPosition.slice(colon + 1);
    const feed = tryDecode(() => feedOfKey(key));
    const epoch = tryDecode(() => decodeURIComponent(encodedPosition.slice(0, colon)));
    const position = positionSchema.safeParse({ epoch, offset: /^\d+$/.test(digits) ? Number(digits) : NaN });
    const isFeed = feedSchema.safeParse(feed).success && feed !== undefined && !positions.has(feed);
    if (more.length > 0 || colon < 1 || !isFeed || !position.success) return undefined;
    positions.set(feed, position.data);
  }
  return positions;
}

function tryDecode(decode: () => string): string | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
