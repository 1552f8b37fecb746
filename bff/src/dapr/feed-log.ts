import { COMPONENTS, headKey, headSchema, isOfLaterVersion } from '@tocsin/contracts';
import { etagAfter, SidecarError, type Sidecar, type StoredState } from '@tocsin/service';
import DataLoader from 'dataloader';
import { DamagedHeadError, TemporaryError } from '../deliver/errors.ts';
import type { FeedLog, HeadWrite, StoredHead } from '../deliver/ports.ts';
import { splitWithin } from '../feed/present.ts';

/** A larger commit is written in several requests, because the sidecar refuses bodies over 4 MiB. */
const MAX_REQUEST_BYTES = 1024 * 1024;
/** Maximum number of heads per call; each is at most 16 KB. */
const MAX_HEADS = 100;
const HEAD_BYTES = 2_048;
/** On a cluster, daprd writes the slots of a request one after another, so requests are smaller and run in parallel. */
const MAX_HEADS_IN_CLUSTER = 8;

export interface DaprFeedLogOptions {
  /** True if the store is a Redis Cluster, which splits a transaction into one for each slot. */
  isCluster?: boolean;
}

/**
 * The log in Dapr's state API. The last request of a commit, usually the only one, is a transaction with the heads. On
 * Redis, a crash loses all of it or nothing, but if the etag of a head is stale, only that head is refused. Its
 * documents are then referenced by no head, and expire. On a cluster, the documents are written before the heads.
 */
export class DaprFeedLog implements FeedLog {
  readonly #sidecar: Sidecar;
  readonly #heads: DataLoader<string, StoredHead | undefined>;

  readonly #isCluster: boolean;

  constructor(sidecar: Sidecar, { isCluster = false }: DaprFeedLogOptions = {}) {
    this.#sidecar = sidecar;
    this.#isCluster = isCluster;
    // Batches reads of the same tick into one call without delaying others. Results are not cached.
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
    const [only] = keys;
    const states =
      only !== undefined && keys.length === 1
        ? [await this.#sidecar.getState(COMPONENTS.state, only)]
        : await this.#sidecar.getStatesSettled(COMPONENTS.state, keys);
    return states.map((state, index) =>
      state instanceof SidecarError ? state : state && headOf(feeds[index] as string, state),
    );
  }

  readDocuments(keys: readonly string[]): Promise<unknown[]> {
    return this.#sidecar.getStates(COMPONENTS.state, keys);
  }

  async commit(writes: readonly HeadWrite[]): Promise<void> {
    const maxHeads = this.#isCluster ? MAX_HEADS_IN_CLUSTER : MAX_HEADS;
    const requests = splitWithin(writes, maxHeads, MAX_REQUEST_BYTES, bytesOf);
    // Waits for all writes, even if one is refused.
    const outcomes = await Promise.allSettled(requests.map((request) => this.#commitTogether(request)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      throw new TemporaryError('the write of a head was refused, or its outcome is unknown', {
        cause: outcome.reason,
      });
    }
  }

  /** If a write exceeds the request limit, its first documents are written beforehand, in separate requests. */
  async #commitTogether(writes: readonly HeadWrite[]): Promise<void> {
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

/** Estimated size of a write in a request, in bytes. A head is usually a few hundred bytes, and at most 16 KB. */
const bytesOf = ({ documents }: HeadWrite): number =>
  documents.reduce((sum, { bytes }) => sum + bytes, HEAD_BYTES);

function headOf(feed: string, { value, etag: text }: StoredState): StoredHead | TemporaryError {
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) {
    return isOfLaterVersion(parsed.error, value)
      ? new TemporaryError(`this version cannot read the head of ${feed}: ${parsed.error.message}`)
      : new DamagedHeadError(`the head of ${feed} is damaged: ${parsed.error.message}`);
  }
  const etag = Number(text);
  // The etag is needed to recognise a head that was written back after the store was emptied.
  if (!Number.isInteger(etag) || etag < 1) {
    return new TemporaryError(`the head of ${feed} has the invalid etag "${text}"`);
  }
  return { head: parsed.data, etag };
}
