import type { ReadState, ReceiptEvent } from '@tocsin/contracts';
import { receiptEnvelope, receiptEventId } from '../../feed/receipt-event.ts';
import type { FeedHistory } from './histories.ts';

/** Maximum ids per event (at most 130 KB). */
const MAX_IDS = 1_000;

export interface ReadChange extends FeedHistory {
  feed: string;
  before: ReadState;
  after: ReadState;
}

/**
 * Returns the event for a change to a reader's read state in their own feed, or `undefined` if no notification became
 * read. A repeated change gets the same event id.
 */
export async function readEventOf(
  { feed, head: { epoch }, history, before, after }: ReadChange,
  now: number,
): Promise<ReceiptEvent | undefined> {
  const floor = Math.max(before.offset + 1, history.floor);
  const first = Math.max(floor, after.offset - MAX_IDS + 1);
  const passed = first <= after.offset ? await history.ids(first, after.offset) : [];
  const known = new Set(before.ids);
  const read = [...passed, ...after.ids].filter((id) => !known.has(id));
  if (read.length === 0) return undefined;
  const ids = read.slice(-MAX_IDS);
  return {
    ...receiptEnvelope(receiptEventId(['read', feed, epoch, ids]), now),
    type: 'tocsin.notifications.read',
    data: { feed, ids, more: first > floor || read.length > ids.length },
  };
}
