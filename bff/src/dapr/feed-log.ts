import { COMPONENTS, headKey, headSchema, isOfLaterVersion, type Compressed } from '@tocsin/contracts';
import {
  compressDocument,
  decompressDocument,
  etagAfter,
  SidecarError,
  type Sidecar,
  type StoredState,
} from '@tocsin/service';
import DataLoader from 'dataloader';
import { DamagedHeadError, TemporaryError } from '../deliver/errors.ts';
import type { FeedLog, HeadWrite, StoredHead } from '../deliver/ports.ts';
import type { FeedDocument } from '../feed/chain/chain.ts';
import { splitWithin } from '../feed/present.ts';

/** Larger commits are split because the sidecar refuses bodies over 4 MiB. */
const MAX_REQUEST_BYTES = 1024 * 1024;
/** Maximum heads per call, each up to 16 KB. */
const MAX_HEADS = 100;
const HEAD_BYTES = 2_048;
/** On a cluster, daprd writes a request's slots one at a time, so we send smaller requests in parallel. */
const MAX_HEADS_IN_CLUSTER = 8;

export interface DaprFeedLogOptions {
  /** True if the store is a Redis Cluster, where a transaction is split by slot. */
  isCluster?: boolean;
  /** Whether to compress large segments on write. Reads always support both formats. */
  compressesHistory?: boolean;
}

/** A write with possibly compressed documents. */
interface StoredWrite extends Omit<HeadWrite, 'documents'> {
  documents: readonly StoredDocument[];
}
type StoredDocument = Omit<FeedDocument, 'value'> & { value: FeedDocument['value'] | Compressed };

/**
 * Stores the log with Dapr's state API. Heads are written after their documents, or in the same transaction, which is
 * usually the only request. On Redis, a crash leaves all or nothing of a transaction, but a head with a stale etag is
 * refused on its own; its documents then stay unreferenced and expire. On a cluster, the heads always get a request of
 * their own.
 */
export class DaprFeedLog implements FeedLog {
  readonly #sidecar: Sidecar;
  readonly #heads: DataLoader<string, StoredHead | undefined>;

  readonly #isCluster: boolean;
  readonly #compressesHistory: boolean;

  constructor(sidecar: Sidecar, { isCluster = false, compressesHistory = false }: DaprFeedLogOptions = {}) {
    this.#sidecar = sidecar;
    this.#isCluster = isCluster;
    this.#compressesHistory = compressesHistory;
    // Batches reads in the same tick into a single call without adding delay. Doesn't cache results.
    this.#heads = new DataLoader((feeds) => this.#readHeads(feeds), {
      cache: false,
      maxBatchSize: MAX_HEADS,
    });
  }

  readHead(feed: string): Promise<StoredHead | undefined> {
    return this.#heads.load(feed);
  }

  async #readHeads(feeds: readonly string[]): Promise<(StoredHead | undefined | Error)[]> {
    const keys = feeds.map((feed) => headKey(feed));
    const [onlyKey] = keys;
    const states =
      onlyKey !== undefined && keys.length === 1
        ? [await this.#sidecar.getState(COMPONENTS.state, onlyKey)]
        : await this.#sidecar.getStatesSettled(COMPONENTS.state, keys);
    return states.map((state, index) =>
      state instanceof SidecarError ? state : state && headOf(feeds[index] as string, state),
    );
  }

  async readDocuments(keys: readonly string[]): Promise<unknown[]> {
    return Promise.all((await this.#sidecar.getStates(COMPONENTS.state, keys)).map(decompressDocument));
  }

  async commit(writes: readonly HeadWrite[]): Promise<void> {
    const maxHeads = this.#isCluster ? MAX_HEADS_IN_CLUSTER : MAX_HEADS;
    const stored = this.#compressesHistory ? await Promise.all(writes.map(compressSegments)) : writes;
    const requests = splitWithin(stored, maxHeads, MAX_REQUEST_BYTES, bytesOf);
    // Wait for all writes, even if a write is refused.
    const outcomes = await Promise.allSettled(requests.map((request) => this.#commitTogether(request)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      throw new TemporaryError('a head write was refused, or its outcome is unknown', {
        cause: outcome.reason,
      });
    }
  }

  /**
   * Writes the documents and then the heads, in multiple requests if they exceed the request limit. Except on a
   * cluster, the last request contains the heads and the last documents.
   */
  async #commitTogether(writes: readonly StoredWrite[]): Promise<void> {
    const documents = writes.flatMap((write) => write.documents);
    const requests = splitWithin(documents, Infinity, MAX_REQUEST_BYTES, ({ bytes }) => bytes).map((part) =>
      part.map(({ key, value, ttlSeconds }) => ({
        operation: 'upsert' as const,
        key,
        value,
        ttlInSeconds: ttlSeconds,
      })),
    );
    const last = this.#isCluster ? [] : (requests.pop() ?? []);
    for (const request of requests) await this.#sidecar.transact(COMPONENTS.state, request);
    const heads = writes.map(({ feed, head, etag }) => ({
      operation: 'upsert' as const,
      key: headKey(feed),
      value: head,
      etag: etagAfter(etag),
    }));
    await this.#sidecar.transact(COMPONENTS.state, [...last, ...heads]);
  }

  async removeDocuments(keys: readonly string[]): Promise<void> {
    await this.#sidecar.transact(
      COMPONENTS.state,
      keys.map((key) => ({ operation: 'delete', key })),
    );
  }
}

/** Estimates the bytes that a write adds to a request. A head is usually a few hundred bytes, never more than 16 KB. */
const bytesOf = ({ documents }: StoredWrite): number =>
  documents.reduce((sum, { bytes }) => sum + bytes, HEAD_BYTES);

const compressSegments = async (write: HeadWrite): Promise<StoredWrite> => ({
  ...write,
  documents: await Promise.all(write.documents.map(compressSegment)),
});

/** Leaves documents with id hashes as they are: the hashes are random, so compression would be useless. */
const compressSegment = async (document: FeedDocument): Promise<StoredDocument> =>
  'publications' in document.value ? { ...document, ...(await compressDocument(document.value)) } : document;

function headOf(feed: string, { value, etag: text }: StoredState): StoredHead | TemporaryError {
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) {
    return isOfLaterVersion(parsed.error, value)
      ? new TemporaryError(`this version cannot read the head of ${feed}: ${parsed.error.message}`)
      : new DamagedHeadError(`the head of ${feed} is damaged: ${parsed.error.message}`);
  }
  const etag = Number(text);
  // `loadHead` needs the etag to detect a head that was written back after the store was emptied.
  if (!Number.isInteger(etag) || etag < 1) {
    return new TemporaryError(`the head of ${feed} has the invalid etag "${text}"`);
  }
  return { head: parsed.data, etag };
}
