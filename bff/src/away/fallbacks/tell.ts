import type { FallbackReceipt, ReceiptEvent } from '@tocsin/contracts';
import { sha256 } from '../../feed/ids.ts';
import type { AwayDocument } from './document.ts';

/** Publishes an event for other applications. Resolves when the broker has it. */
export type Tell = (event: ReceiptEvent) => Promise<void>;

/** If an event was not accepted, it is published again after this time, in ms. */
export const TELL_AGAIN_MS = 30_000;

/** Marks the receipts that `before` does not have, so that they are published also after a crash. */
export function withUntold(before: AwayDocument | undefined, after: AwayDocument): AwayDocument {
  const known = new Set(before?.receipts);
  if (after.receipts.every((receipt) => known.has(receipt))) return after;
  const receipts = after.receipts.map((receipt) =>
    known.has(receipt) ? receipt : { ...receipt, untold: true as const },
  );
  return { ...after, receipts };
}

/** Whether it has receipts that other applications have not got. */
export const hasUntold = ({ receipts }: AwayDocument): boolean => receipts.some(({ untold }) => untold);

/** Publishes these receipts. Resolves with the ids of the events when the broker has all of them. */
export async function tellUntold({ reader, receipts }: AwayDocument, tell: Tell): Promise<Set<string>> {
  const told = new Set<string>();
  for (const receipt of receipts) {
    if (!receipt.untold) continue;
    const event = eventOf(reader, receipt);
    await tell(event);
    told.add(event.id);
  }
  return told;
}

/** The document, without the marks of these receipts. */
export function withTold(document: AwayDocument, told: ReadonlySet<string>): AwayDocument {
  const receipts = document.receipts.map((receipt) => {
    if (!receipt.untold || !told.has(idOf(document.reader, receipt))) return receipt;
    const { untold: _, ...rest } = receipt;
    return rest;
  });
  return { ...document, receipts };
}

/** The event of a receipt. Its id names the step, so a repetition has the same. */
function eventOf(reader: string, receipt: FallbackReceipt): ReceiptEvent {
  const { id, via, outcome, reason, at } = receipt;
  return {
    ...{ specversion: '1.0', id: idOf(reader, receipt), source: '/tocsin', type: 'tocsin.fallback.ended' },
    ...{ subject: id, time: new Date(at).toISOString(), datacontenttype: 'application/json' },
    data: { id, feed: reader, via, outcome, ...(reason !== undefined && { reason }) },
  };
}

const idOf = (reader: string, { id, createdAt, via, at }: FallbackReceipt): string =>
  sha256(JSON.stringify(['fallback', reader, id, createdAt, via, at])).slice(0, 32);
