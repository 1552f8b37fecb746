import { UNSENT_OUTCOMES } from '@tocsin/contracts';
import { AWAY_TTL_SECONDS, type AwayDocument, type Receipt } from '../document.ts';

/** Maximum receipts in a reader's document. */
export const MAX_RECEIPTS = 1_000;
/**
 * Number of unsent receipts that newer receipts can't displace. Most of the space is for other receipts, because
 * repeated turns need them to recognize notifications whose fallbacks have ended.
 */
const MAX_KEPT = 200;
/**
 * Maximum unpublished receipts. Up to this number, newer receipts don't displace them. With more, the document could
 * get too large to store.
 */
const MAX_UNPUBLISHED = 5_000;

/**
 * Whether an operator can resend the fallback at `now`: it was refused or might not have been sent, and the receipt
 * isn't closed or too old.
 */
export const isUnsent = ({ outcome, closed, at }: Receipt, now: number): boolean =>
  UNSENT_OUTCOMES.some((unsent) => unsent === outcome) &&
  closed === undefined &&
  at > now - AWAY_TTL_SECONDS * 1000;

/** Drops the oldest receipts to stay within the limit, but keeps the newest unsent and unpublished receipts. */
export function dropOldReceipts(document: AwayDocument): AwayDocument {
  const { receipts } = document;
  let excess = receipts.length - MAX_RECEIPTS;
  if (excess <= 0) return document;
  const now = receipts.at(-1)?.at ?? 0;
  const kept = new Set([
    ...receipts.filter((receipt) => isUnsent(receipt, now)).slice(-MAX_KEPT),
    ...receipts.filter(({ unpublished }) => unpublished).slice(-MAX_UNPUBLISHED),
  ]);
  return { ...document, receipts: receipts.filter((receipt) => kept.has(receipt) || --excess < 0) };
}
