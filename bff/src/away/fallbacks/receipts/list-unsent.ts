import { createHash } from 'node:crypto';
import {
  DOCUMENT_VERSION,
  UNSENT_OUTCOMES,
  unsentFallbackName,
  type SetAside,
  type UnsentFallback,
} from '@tocsin/contracts';
import { KeyedQueue } from '../../../readers/documents/keyed-queue.ts';
import { nameOf, type AwayDocument, type Receipt } from '../document.ts';
import { MAX_WAITING } from '../register.ts';
import { returnToWaiting } from '../send/settle.ts';

/** Adds records to the set-aside records. Resolves when they are stored. */
export type ListUnsent = (records: readonly SetAside[]) => Promise<void>;

const isUnsent = ({ outcome }: Receipt): boolean => UNSENT_OUTCOMES.some((one) => one === outcome);

/** Marks new receipts of unsent fallbacks, so that they are listed even after a crash. */
export function withUnlisted(before: AwayDocument | undefined, after: AwayDocument): AwayDocument {
  const known = new Set(before?.receipts);
  const isNew = (receipt: Receipt) => isUnsent(receipt) && !known.has(receipt);
  if (!after.receipts.some(isNew)) return after;
  const receipts = after.receipts.map((receipt) =>
    isNew(receipt) ? { ...receipt, unlisted: true as const } : receipt,
  );
  return { ...after, receipts };
}

/** Whether unsent fallbacks must still be listed. */
export const hasUnlisted = ({ receipts }: AwayDocument): boolean => receipts.some(({ unlisted }) => unlisted);

/** The records of the fallbacks that must be listed, newest first. */
export const unlistedOf = ({ reader, receipts }: AwayDocument): SetAside[] =>
  receipts.flatMap((receipt) => (receipt.unlisted ? [recordOf(reader, receipt)] : [])).reverse();

/** The document, without the marks of these records. */
export function withListed(document: AwayDocument, listed: readonly SetAside[]): AwayDocument {
  const names = new Set(listed.map(({ entry }) => entry));
  const receipts = document.receipts.map((receipt) => {
    if (!receipt.unlisted || !names.has(recordOf(document.reader, receipt).entry)) return receipt;
    const { unlisted: _, ...rest } = receipt;
    return rest;
  });
  return { ...document, receipts };
}

/** A record has no content: the feed and the reader's document have it, and erasure finds it there. */
function recordOf(reader: string, { id, createdAt, via, outcome, reason, at }: Receipt): SetAside {
  const hash = createHash('sha256').update([id, createdAt, via, at].join(' ')).digest('hex').slice(0, 16);
  return {
    v: DOCUMENT_VERSION,
    entry: unsentFallbackName(reader, hash),
    feed: reader,
    reason: outcome as (typeof UNSENT_OUTCOMES)[number],
    faults: reason === undefined ? [] : [reason],
    content: null,
    at: new Date(at).toISOString(),
    fallback: { id, createdAt, via, at },
  };
}

/**
 * Makes an unsent fallback wait again; it is due now. Returns the same document if it has no such receipt, or if too
 * many notifications wait.
 */
export function putBack(document: AwayDocument, unsent: UnsentFallback, now: number): AwayDocument {
  const { id, createdAt, via } = unsent;
  const isNamed = (receipt: Receipt) =>
    isUnsent(receipt) &&
    nameOf(receipt) === nameOf(unsent) &&
    receipt.via === via &&
    receipt.at === unsent.at;
  if (!document.receipts.some(isNamed) || document.waiting.length >= MAX_WAITING) return document;
  return {
    ...document,
    receipts: document.receipts.filter((receipt) => !isNamed(receipt)),
    waiting: returnToWaiting(document.waiting, [{ id, createdAt, unless: 'read' }], { via, at: now }),
  };
}

/** Whether a fallback through the channel waits. */
export const isWaiting = ({ waiting }: AwayDocument, unsent: UnsentFallback): boolean =>
  waiting.some((one) => nameOf(one) === nameOf(unsent) && one.steps.some(({ via }) => via === unsent.via));

/**
 * Combines calls that arrive while another one is being written, because all of an instance's records change the same
 * document.
 */
export function batched(list: ListUnsent): ListUnsent {
  const queue = new KeyedQueue();
  let next: { records: SetAside[]; stored: Promise<void> } | undefined;
  return (records) => {
    if (next) {
      next.records.unshift(...records);
      return next.stored;
    }
    const batch = { records: [...records], stored: Promise.resolve() };
    next = batch;
    batch.stored = queue.add('', async () => {
      next = undefined;
      await list(batch.records);
    });
    return batch.stored;
  };
}
