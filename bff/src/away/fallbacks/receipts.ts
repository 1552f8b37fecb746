import type { Receipts } from '@tocsin/contracts';
import type { AwayDocument } from './document.ts';
import { marksNow, type MarksNowOptions } from './marks-now.ts';

export interface ReceiptsOptions extends MarksNowOptions {
  /** The reader's document; `undefined` without fallbacks. */
  fallbacksOf: (reader: string) => Promise<AwayDocument | undefined>;
}

/** How far a notification has reached the reader of the own feed: marks, and fallbacks with their outcomes. */
export async function receiptsOf(
  { feed, id }: { feed: string; id: string },
  { fallbacksOf, ...use }: ReceiptsOptions,
): Promise<Receipts> {
  const [reader, fallbacks] = await Promise.all([marksOf(feed, id, use), fallbacksOf(feed)]);
  return { id, feed, ...(reader && { reader }), fallbacks: fallbacks ? fallbacksWith(id, fallbacks) : [] };
}

async function marksOf(feed: string, id: string, options: MarksNowOptions): Promise<Receipts['reader']> {
  const { offsets, placeOf } = await marksNow(feed, [id], options);
  const offset = offsets.get(id);
  if (offset === undefined) return undefined;
  const { place, unread, unseen, until } = placeOf({ offset, notification: { id } });
  return {
    seen: !unseen,
    read: !unread,
    archived: place === 'archive',
    ...(until !== undefined && { snoozedUntil: until }),
  };
}

function fallbacksWith(id: string, { waiting, sending, receipts }: AwayDocument): Receipts['fallbacks'] {
  const isIt = (one: { id: string }) => one.id === id;
  const at = (time: number) => new Date(time).toISOString();
  return [
    ...receipts.filter(isIt).map(({ via, outcome, at: time, reason }) => ({
      ...{ via, state: outcome, at: at(time) },
      ...(reason !== undefined && { reason }),
    })),
    ...sending
      .filter(({ items }) => items.some(isIt))
      .map(({ via, until }) => ({ via, state: 'sending' as const, at: at(until) })),
    ...waiting
      .filter(isIt)
      .flatMap(({ steps }) => steps)
      .map(({ via, at: time }) => ({ via, state: 'waiting' as const, at: at(time) })),
  ];
}
