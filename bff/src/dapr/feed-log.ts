import { COMPONENTS, headKey, headSchema, type Head } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import { TemporaryError } from '../deliver/errors.ts';
import type { FeedLog, StoredHead } from '../deliver/ports.ts';
import type { FeedDocument } from '../feed/feed-document.ts';
import { inParts } from '../feed/present.ts';

/** Dapr's etag for a key that must not exist yet. */
const ABSENT = '-1';
/** The sidecar refuses bodies over 4 MiB; a commit that writes more than this does it in several requests. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/**
 * The log in Dapr's state API. The last request of a commit, as a rule the only one, is a transaction with the head:
 * on Redis one unit against a crash, while a head with a stale etag is refused alone. What is written without its
 * head is named by nobody and expires by itself.
 */
export class DaprFeedLog implements FeedLog {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async readHead(feed: string): Promise<StoredHead | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, headKey(feed));
    if (!stored) return undefined;
    const parsed = headSchema.safeParse(stored.value);
    if (!parsed.success) {
      throw new TemporaryError(`the head of ${feed} cannot be read by this version: ${parsed.error.message}`);
    }
    const etag = Number(stored.etag);
    // Without an etag it could not be told whether the head was revived.
    if (!Number.isInteger(etag) || etag < 1) {
      throw new TemporaryError(`the head of ${feed} came with the etag "${stored.etag}"`);
    }
    return { head: parsed.data, etag };
  }

  readDocuments(keys: readonly string[]): Promise<unknown[]> {
    return this.#sidecar.getStates(COMPONENTS.state, keys);
  }

  async commit(feed: string, head: Head, etag: number, documents: readonly FeedDocument[]): Promise<void> {
    const requests = inParts(documents, Infinity, MAX_REQUEST_BYTES, ({ bytes }) => bytes).map((part) =>
      part.map(({ key, value, ttlSeconds }) => ({
        operation: 'upsert' as const,
        key,
        value,
        ttlInSeconds: ttlSeconds,
      })),
    );
    const last = requests.pop() ?? [];
    for (const request of requests) await this.#sidecar.transact(COMPONENTS.state, request);
    await this.#sidecar.transact(COMPONENTS.state, [
      ...last,
      { operation: 'upsert', key: headKey(feed), value: head, etag: etag === 0 ? ABSENT : String(etag) },
    ]);
  }

  async removeDocuments(keys: readonly string[]): Promise<void> {
    await this.#sidecar.transact(
      COMPONENTS.state,
      keys.map((key) => ({ operation: 'delete', key })),
    );
  }
}
