import { createHash } from 'node:crypto';
import {
  awayDocumentSchema,
  type UnsentFallback,
  type UnsentPage,
  type UnsentQuery,
} from '@tocsin/contracts';
import { TemporaryError } from '../../../deliver/errors.ts';
import { parseStored } from '../../../deliver/parse-stored.ts';
import { sizeOf } from '../../../feed/present.ts';
import type { ReaderStore } from '../../../readers/ports.ts';
import { AWAY_TTL_SECONDS, awayKey, hashOfReader, type Receipt } from '../document.ts';
import type { UnsentIndex, UnsentReader } from './unsent-index.ts';
import { isUnsent } from './unsent-receipts.ts';

export interface ListUnsentOptions {
  store: Pick<ReaderStore, 'read'>;
  index: Pick<UnsentIndex, 'read' | 'remove'>;
  /** Called if reading a document or writing the index fails. */
  onError: (error: unknown) => void;
  now: () => number;
}

/** Minimum time that readers stay in the index (ms), since their documents might not have been written yet. */
export const PRUNE_AFTER_MS = 15 * 60_000;
/** Documents are read ten at a time. A page ends after MAX_DOCUMENTS documents or MAX_BYTES bytes. */
const BATCH_SIZE = 10;
const MAX_DOCUMENTS = 100;
const MAX_BYTES = 4 * 1024 * 1024;

/** Returns a page of unsent fallbacks. Removes readers without unsent fallbacks from the index. */
export async function listUnsent(query: UnsentQuery, options: ListUnsentOptions): Promise<UnsentPage> {
  const { index, onError, now } = options;
  const at = now();
  const { readers, displacedAt } = await index.read();
  const { empty, ...page } = await readPage(readers, query, options, at);
  const pruned = empty.filter(([, added]) => added < at - PRUNE_AFTER_MS);
  if (pruned.length > 0) await index.remove(pruned).catch(onError);
  const isTruncated = displacedAt !== undefined && displacedAt > at - AWAY_TTL_SECONDS * 1000;
  return { ...page, truncatedAt: isTruncated ? new Date(displacedAt).toISOString() : null };
}

type PageOfReaders = Pick<UnsentPage, 'fallbacks' | 'next' | 'unreadable'> & {
  /** Readers without unsent fallbacks. */
  empty: UnsentReader[];
};

async function readPage(
  readers: readonly UnsentReader[],
  { cursor, limit }: UnsentQuery,
  { store, onError }: ListUnsentOptions,
  now: number,
): Promise<PageOfReaders> {
  const start = startOf(cursor);
  const remaining = readers.toSorted(compare).filter((reader) => isAtOrAfter(reader, start));
  const page: PageOfReaders = { fallbacks: [], next: null, unreadable: 0, empty: [] };
  let bytes = 0;
  for (let first = 0; first < remaining.length; first += BATCH_SIZE) {
    const part = remaining.slice(first, first + BATCH_SIZE);
    const documents = await Promise.all(part.map((reader) => receiptsOf(reader, store, onError)));
    for (const [index, document] of documents.entries()) {
      const reader = part[index] as UnsentReader;
      const isLast = first + index === remaining.length - 1;
      bytes += document?.bytes ?? 0;
      if (!document) page.unreadable++;
      else if (!document.receipts.some((receipt) => isUnsent(receipt, now))) page.empty.push(reader);
      const remainingReceipts = document ? afterStart(document.receipts, reader, start) : [];
      const unsent = distinct(remainingReceipts.filter((receipt) => isUnsent(receipt, now)));
      const shown = unsent.slice(0, limit - page.fallbacks.length);
      page.fallbacks.push(...shown.map((receipt) => unsentOf(document?.feed ?? '', receipt)));
      if (shown.length < unsent.length) return { ...page, next: cursorOf(reader, shown.at(-1)) };
      if (page.fallbacks.length >= limit && !isLast) return { ...page, next: cursorOf(reader) };
    }
    const read = first + part.length;
    const last = part.at(-1);
    if (last && read < remaining.length && (read >= MAX_DOCUMENTS || bytes >= MAX_BYTES))
      return { ...page, next: cursorOf(last) };
  }
  return page;
}

/** Only parses the receipts, not the waiting content. */
const receiptsSchema = awayDocumentSchema.pick({ v: true, reader: true, receipts: true });

interface ReceiptsOfReader {
  feed: string;
  /** Newest first. */
  receipts: readonly Receipt[];
  bytes: number;
}

/** Reads a reader's receipts. `undefined` if the document is unreadable. */
async function receiptsOf(
  [hash]: UnsentReader,
  store: ListUnsentOptions['store'],
  onError: ListUnsentOptions['onError'],
): Promise<ReceiptsOfReader | undefined> {
  try {
    const stored = await store.read(awayKey(hash));
    if (!stored) return { feed: '', receipts: [], bytes: 0 };
    const { reader, receipts } = parseStored(receiptsSchema, stored.value, "a reader's fallbacks");
    if (hashOfReader(reader) !== hash) throw new TemporaryError(`${awayKey(hash)} belongs to another reader`);
    return { feed: reader, receipts: receipts.toReversed(), bytes: sizeOf(stored.value) };
  } catch (error) {
    onError(error);
    return undefined;
  }
}

const unsentOf = (reader: string, { id, createdAt, via, outcome, reason, at }: Receipt): UnsentFallback => ({
  ...{ reader, id, createdAt, via, at: new Date(at).toISOString() },
  outcome: outcome === 'refused' ? 'refused' : 'unknown',
  ...(reason !== undefined && { reason }),
});

/** Sorts the newest readers first. */
const compare = ([hash, at]: UnsentReader, [otherHash, other]: UnsentReader): number =>
  other - at || hash.localeCompare(otherHash);

/** Where a page starts: after a reader or after a reader's receipt. */
interface Start {
  reader: UnsentReader;
  digest: string | undefined;
}

function startOf(cursor: string | undefined): Start | undefined {
  const [at, hash = '', digest] = cursor?.split('.') ?? [];
  return at === undefined ? undefined : { reader: [hash, Number(at)], digest };
}

function isAtOrAfter(reader: UnsentReader, start: Start | undefined): boolean {
  if (!start) return true;
  const order = compare(reader, start.reader);
  return start.digest === undefined ? order > 0 : order >= 0;
}

/** Returns the reader's receipts. If the page starts after a receipt, returns only the receipts that follow it. */
function afterStart(
  receipts: readonly Receipt[],
  [hash]: UnsentReader,
  start: Start | undefined,
): readonly Receipt[] {
  if (!start?.digest || start.reader[0] !== hash) return receipts;
  return receipts.slice(receipts.findLastIndex((receipt) => digestOf(receipt) === start.digest) + 1);
}

const cursorOf = ([hash, at]: UnsentReader, receipt?: Receipt): string =>
  [at, hash, ...(receipt ? [digestOf(receipt)] : [])].join('.');

const digestOf = (receipt: Receipt): string =>
  createHash('sha256').update(keyOf(receipt)).digest('hex').slice(0, 16);

/**
 * Keeps one receipt per key. If a channel refuses two steps of a notification at the same time, both receipts have the
 * same key.
 */
const distinct = (receipts: readonly Receipt[]): Receipt[] => [
  ...new Map(receipts.map((receipt) => [keyOf(receipt), receipt])).values(),
];

const keyOf = ({ id, createdAt, via, at }: Receipt): string => [id, createdAt, via, at].join(' ');
