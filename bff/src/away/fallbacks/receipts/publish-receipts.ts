import type { FallbackReceipt, ReceiptEvent } from '@tocsin/contracts';
import { receiptEnvelope, receiptEventId } from '../../../feed/receipt-event.ts';
import type { AwayDocument } from '../document.ts';

/** Publishes an event for other applications. Resolves once the broker has accepted it. */
export type PublishReceipt = (event: ReceiptEvent) => Promise<void>;

/** Minimum delay before receipts are published again after a failure (ms). The maximum delay is twice as long. */
const RETRY_MS = 30_000;

/**
 * Returns when to retry publishing a reader's receipts (ms since 1970). Calls within the same 30 s return the same
 * time, so they share a wake-up. The times differ between readers, which spreads the load.
 */
export function retryPublishAt(hash: string, now: number): number {
  const offset = Number.parseInt(hash.slice(0, 8), 16) % RETRY_MS;
  return Math.ceil((now - offset) / RETRY_MS + 1) * RETRY_MS + offset;
}

/** Adds the unpublished mark to receipts that are not in `before`, so that they are published even after a crash. */
export function withUnpublished(before: AwayDocument | undefined, after: AwayDocument): AwayDocument {
  const known = new Set(before?.receipts);
  if (after.receipts.every((receipt) => known.has(receipt))) return after;
  const receipts = after.receipts.map((receipt) =>
    known.has(receipt) ? receipt : { ...receipt, unpublished: true as const },
  );
  return { ...after, receipts };
}

export const hasUnpublished = ({ receipts }: AwayDocument): boolean =>
  receipts.some(({ unpublished }) => unpublished);

/** Publishes the unpublished receipts one by one. Adds each event id to `published` once the broker has accepted it. */
export async function publishReceipts(
  { reader, receipts }: AwayDocument,
  publishReceipt: PublishReceipt,
  published: Set<string>,
): Promise<void> {
  for (const receipt of receipts) {
    if (!receipt.unpublished) continue;
    const event = eventOf(reader, receipt);
    await publishReceipt(event);
    published.add(event.id);
  }
}

/** Removes the unpublished mark from the receipts whose event ids are in `published`, or from all if it's omitted. */
export function withPublished(document: AwayDocument, published?: ReadonlySet<string>): AwayDocument {
  const receipts = document.receipts.map((receipt) => {
    if (!receipt.unpublished || (published && !published.has(idOf(document.reader, receipt)))) return receipt;
    const { unpublished: _, ...rest } = receipt;
    return rest;
  });
  return { ...document, receipts };
}

/**
 * Creates the event for a receipt. The event identifies the notification by its id in the feed. The event id is derived
 * from the receipt, so retries reuse it.
 */
function eventOf(reader: string, receipt: FallbackReceipt): ReceiptEvent {
  const { via, outcome, reason, at } = receipt;
  const id = receipt.publishedId ?? receipt.id;
  return {
    ...receiptEnvelope(idOf(reader, receipt), at),
    ...{ type: 'tocsin.fallback.ended', subject: id },
    data: { id, feed: reader, via, outcome, ...(reason !== undefined && { reason }) },
  };
}

const idOf = (reader: string, { id, createdAt, via, at }: FallbackReceipt): string =>
  receiptEventId(['fallback', reader, id, createdAt, via, at]);
