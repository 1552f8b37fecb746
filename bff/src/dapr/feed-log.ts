import { COMPONENTS, headKey, headSchema, type Head } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import { TemporaryError } from '../deliver/errors.ts';
import type { FeedLog, StoredHead } from '../deliver/ports.ts';
import type { FeedDocument } from '../feed/plan-commit.ts';

/** Dapr's etag for a key that must not exist yet. */
const ABSENT = '-1';

/**
 * The log in Dapr's state API. A commit is one transaction: on Redis one unit against a crash, while a head with a
 * stale etag is refused alone, which leaves documents that nobody names and that expire by themselves.
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
    await this.#sidecar.transact(COMPONENTS.state, [
      ...documents.map(({ key, value, ttlSeconds }) => ({
        operation: 'upsert' as const,
        key,
        value,
        ttlInSeconds: ttlSeconds,
      })),
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
