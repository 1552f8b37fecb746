import { UNSENT_OUTCOMES } from '@tocsin/contracts';
import { AWAY_TTL_SECONDS, type AwayDocument, type Receipt } from '../document.ts';

/** Maximum number of receipts in a reader's document. */
export const MAX_RECEIPTS = 1_000;
/**
 * Maximum number of unsent receipts that are kept when newer receipts displace older ones. Most of the space is for
 * other receipts, because they show which notifications are known.
 */
const MAX_KEPT = 200;

/**
 * Whether an operator may still send the fallback again at `now`: it was refused or its outcome is unknown, and the
 * receipt is neither closed nor too old.
 */
export const isUnsent = ({ outcome, closed, at }: Receipt, now: number): boolean =>
  UNSENT_OUTCOMES.some((unsent) => unsent === outcome) &&
  closed === undefined &&
  at > now - AWAY_TTL_SECONDS * 1000;

/** Drops the oldest receipts beyond the limit. The newest unsent ones stay. */
export function dropOldReceipts(document: AwayDocument): AwayDocument {
  const { receipts } = document;
  let excess = receipts.length - MAX_RECEIPTS;
  if (excess <= 0) return document;
  const now = receipts.at(-1)?.at ?? 0;
  const kept = new Set(receipts.filter((receipt) => isUnsent(receipt, now)).slice(-MAX_KEPT));
  return { ...document, receipts: receipts.filter((receipt) => kept.has(receipt) || --excess < 0) };
}
