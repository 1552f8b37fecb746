import { placesIn, type Receipts } from '@tocsin/contracts';
import { stateOf } from '../../readers/inbox/document.ts';
import { locate } from '../../readers/marks/advance.ts';
import { stateIn } from '../../readers/marks/read-states.ts';
import type { AwayDocument } from './document.ts';
import type { StandingsOptions } from './standings.ts';

export interface ReceiptsOptions extends StandingsOptions {
  /** The reader's fallbacks; `undefined` if there are none. */
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

async function marksOf(
  feed: string,
  id: string,
  { states, inboxes, histories, now }: StandingsOptions,
): Promise<Receipts['reader']> {
  const { head, history } = await histories.holding(feed, { ids: [id] });
  const offset = (await locate(new Set([id]), history)).get(id);
  if (offset === undefined) return undefined;
  const [read, inbox] = await Promise.all([states.storedNow(feed, feed), inboxes.storedNow(feed)]);
  const placed = placesIn({
    epoch: head.epoch,
    read: read && stateIn(head.epoch, read),
    inbox: inbox && stateOf(inbox, feed, now()),
  })({ offset, notification: { id } });
  return {
    seen: !placed.unseen,
    read: !placed.unread,
    archived: placed.place === 'archive',
    ...(placed.until !== undefined && { snoozedUntil: placed.until }),
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
