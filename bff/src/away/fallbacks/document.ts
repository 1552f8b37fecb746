import { createHash } from 'node:crypto';
import {
  DOCUMENT_VERSION,
  awayDocumentSchema,
  type AwayDocument,
  type FallbackReceipt,
  type SendingMessage,
  type WaitingFallbacks,
} from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import { parseStored } from '../../deliver/parse-stored.ts';

export type Waiting = WaitingFallbacks;
export type Sending = SendingMessage;
export type Receipt = FallbackReceipt;
export type { AwayDocument, SentItem } from '@tocsin/contracts';

/** Maximum wait for a fallback, including quiet hours and retries. Receipts are kept for the same time. */
export const AWAY_TTL_SECONDS = 62 * 24 * 60 * 60;

/** Identifies a reader in keys and job names without revealing their name. */
export const hashOfReader = (reader: string): string =>
  createHash('sha256').update(reader).digest('hex').slice(0, 32);

export const awayKey = (hash: string): string => `away:${hash}`;

export const newAway = (reader: string): AwayDocument => ({
  ...{ v: DOCUMENT_VERSION, reader, waiting: [], sending: [], receipts: [] },
  ...{ sent: {}, attempts: {} },
});

/** A reader's document that no version could have written. The fallbacks in it are not sent. */
export class DamagedAwayError extends TemporaryError {
  override name = 'DamagedAwayError';
}

/**
 * Parses the stored document.
 * @throws TemporaryError for documents from later versions, to avoid overwriting them
 * @throws DamagedAwayError for any other document that this version can't read
 */
export const parseAway = (value: unknown, key = "a reader's fallbacks"): AwayDocument =>
  parseStored(awayDocumentSchema, value, key, DamagedAwayError);

const MAX_REASON = 200;

/** A notification with a fallback that has ended. */
export type EndedItem = Pick<Receipt, 'id' | 'createdAt' | 'unless' | 'sourceHash' | 'publishedId'> &
  Pick<Waiting, 'position'>;

/**
 * Creates a receipt for each ended fallback. `at` is when the fallbacks ended (ms since 1970). Truncates long reasons.
 * If the fallbacks were refused or might not have been sent, the receipts include the data for resending them.
 */
export const receiptsOf = (
  items: readonly EndedItem[],
  { via, outcome, at, reason }: Pick<Receipt, 'via' | 'outcome' | 'at' | 'reason'>,
): Receipt[] => {
  const isUnsent = outcome === 'refused' || outcome === 'unknown';
  return items.map(({ id, createdAt, unless, sourceHash, position, ...item }) => {
    const publishedId = position ? position.id : item.publishedId;
    return {
      ...{ id, createdAt, via, outcome, at },
      ...(publishedId !== undefined && { publishedId }),
      ...(reason !== undefined && { reason: reason.slice(0, MAX_REASON) }),
      ...(isUnsent && unless === 'seen' && { unless }),
      ...(isUnsent && sourceHash !== undefined && { sourceHash }),
    };
  });
};

/**
 * Identifies a reader's notification. The id alone isn't enough: notifications can share an id but differ in
 * `createdAt`. The feed then only shows the first.
 */
export const nameOf = ({ id, createdAt }: { id: string; createdAt: string }): string => `${id} ${createdAt}`;

/** Returns the given receipts that the document contains, without duplicates. */
export function storedReceipts(receipts: readonly Receipt[], document: AwayDocument | undefined): Receipt[] {
  if (receipts.length === 0) return [];
  const byKey = new Map(receipts.map((receipt) => [keyOf(receipt), receipt]));
  return (document?.receipts ?? []).flatMap((receipt) => byKey.get(keyOf(receipt)) ?? []);
}

const keyOf = ({ id, createdAt, via, outcome, at }: Receipt): string =>
  [id, createdAt, via, outcome, at].join(' ');
