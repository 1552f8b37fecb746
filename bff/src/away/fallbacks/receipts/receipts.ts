import type { Receipts } from '@tocsin/contracts';
import type { ReceiptCounter } from '../../../readers/counts/receipt-counter.ts';
import { idsOf } from '../../../feed/ids.ts';
import { locate } from '../../../readers/marks/advance.ts';
import type { AwayDocument } from '../document.ts';
import { readCurrentMarks, type CurrentMarksOptions } from '../decide/current-marks.ts';

export interface ReceiptsOptions extends CurrentMarksOptions {
  /** Returns the reader's document, or `undefined` if there are no fallbacks. */
  fallbacksOf: (reader: string) => Promise<AwayDocument | undefined>;
  counter: Pick<ReceiptCounter, 'countsOf'>;
}

interface NotificationName {
  feed: string;
  id: string;
}

/**
 * Returns a notification's receipts. For a `user:` feed, these are the reader's marks and the fallback outcomes. For
 * other feeds, they are counts.
 */
export async function receiptsOf(name: NotificationName, options: ReceiptsOptions): Promise<Receipts> {
  const { id, feed } = name;
  if (!feed.startsWith('user:')) {
    const readers = await countsOf(name, options);
    return { id, feed, ...(readers && { readers }), fallbacks: [] };
  }
  const [reader, fallbacks] = await Promise.all([marksOf(name, options), options.fallbacksOf(feed)]);
  return { id, feed, ...(reader && { reader }), fallbacks: fallbacks ? fallbacksFor(id, fallbacks) : [] };
}

async function countsOf(
  { feed, id }: NotificationName,
  { histories, counter }: ReceiptsOptions,
): Promise<Receipts['readers']> {
  const { head, history } = await histories.including(feed, { ids: [id] });
  const offset = (await locate(new Set([id]), history)).get(id);
  if (offset === undefined) return undefined;
  const counts = await counter.countsOf(feed, { epoch: head.epoch, offset });
  if (!counts) return undefined;
  const { pages, seen, read, archived } = counts;
  // Opening the list marks notifications as seen, but a reader can read a notification without opening the list. So the
  // count of `seen` must be at least that of `read`.
  return { accuracy: 'about', pages, seen: Math.max(seen, read), read, archived };
}

async function marksOf(
  { feed, id }: NotificationName,
  options: ReceiptsOptions,
): Promise<Receipts['reader']> {
  const { epoch, offsets, placeOf } = await readCurrentMarks(feed, [id], options);
  const offset = offsets.get(id);
  if (offset === undefined) return undefined;
  const counts = await options.counter.countsOf(feed, { epoch, offset });
  const { place, unread, unseen, until } = placeOf({ offset, notification: { id } });
  return {
    delivered: !unseen || (counts?.pages ?? 0) > 0,
    seen: !unseen,
    read: !unread,
    archived: place === 'archive',
    ...(until !== undefined && { snoozedUntil: until }),
  };
}

function fallbacksFor(id: string, { waiting, sending, receipts }: AwayDocument): Receipts['fallbacks'] {
  const isNamed = (one: Parameters<typeof idsOf>[0]) => idsOf(one).includes(id);
  const at = (time: number) => new Date(time).toISOString();
  return [
    ...receipts.filter(isNamed).map(({ via, outcome, at: time, reason }) => ({
      ...{ via, state: outcome, at: at(time) },
      ...(reason !== undefined && { reason }),
    })),
    ...sending
      .filter(({ items }) => items.some(isNamed))
      .map(({ via, until }) => ({ via, state: 'sending' as const, at: at(until) })),
    ...waiting
      .filter(isNamed)
      .flatMap(({ steps }) => steps)
      .map(({ via, at: time }) => ({ via, state: 'waiting' as const, at: at(time) })),
  ];
}
