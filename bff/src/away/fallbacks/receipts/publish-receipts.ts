import type { FallbackReceipt, ReceiptEvent } from '@tocsin/contracts';
import { receiptEnvelope, receiptEventId } from '../../../feed/receipt-event.ts';
import type { AwayDocument } from '../document.ts';

/** Publishes an event for other applications. Resolves when the broker has accepted it. */
export type PublishReceipt = (event: ReceiptEvent) => Promise<void>;

/** Wait in ms before an event that was not accepted is published again. */
export const PUBLISH_AGAIN_MS = 30_000;

/** Marks receipts that are missing from `before` as unpublished, so that they are published even after a crash. */
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

/** Publishes the unpublished receipts. Resolves with the ids of their events once the broker has accepted them all. */
export async function publishReceipts(
  { reader, receipts }: AwayDocument,
  publishReceipt: PublishReceipt,
): Promise<Set<string>> {
  const published = new Set<string>();
  for (const receipt of receipts) {
    if (!receipt.unpublished) continue;
    const event = eventOf(reader, receipt);
    await publishReceipt(event);
    published.add(event.id);
  }
  return published;
}

/** The document, with the receipts of the `published` event ids no longer marked as unpublished. */
export function withPublished(document: AwayDocument, published: ReadonlySet<string>): AwayDocument {
  const receipts = document.receipts.map((receipt) => {
    if (!receipt.unpublished || !published.has(idOf(document.reader, receipt))) return receipt;
    const { unpublished: _, ...rest } = receipt;
    return rest;
  });
  return { ...document, receipts };
}

/** The event that publishes a receipt. Its id is derived from the receipt, so publishing it again uses the same id. */
function eventOf(reader: string, receipt: FallbackReceipt): ReceiptEvent {
  const { id, via, outcome, reason, at } = receipt;
  return {
    ...receiptEnvelope(idOf(reader, receipt), at),
    ...{ type: 'tocsin.fallback.ended', subject: id },
    data: { id, feed: reader, via, outcome, ...(reason !== undefined && { reason }) },
  };
}

const idOf = (reader: string, { id, createdAt, via, at }: FallbackReceipt): string =>
  receiptEventId(['fallback', reader, id, createdAt, via, at]);
