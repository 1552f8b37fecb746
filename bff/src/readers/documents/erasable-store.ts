import { isDeepStrictEqual } from 'node:util';
import { DOCUMENT_VERSION, type MutesDocument, type ReadDocument } from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import type { ReaderStore, StoredDocument } from '../ports.ts';

export interface StoredWrite {
  key: string;
  value: object;
  /** `undefined` if the key must be absent. */
  etag: string | undefined;
  ttlSeconds: number;
}

/**
 * Lifetime of tombstones. It must be longer than any change to a document takes, but less than a minute, by which time
 * the keys of erased documents must be gone.
 */
export const ERASED_TTL_SECONDS = 30;
const ATTEMPTS = 8;
const BATCH_SIZE = 100;

const EMPTY_READ: ReadDocument = { v: DOCUMENT_VERSION, epoch: '0-erased', offset: 0, ids: [], at: 0 };
const EMPTY_MUTES: MutesDocument = { v: DOCUMENT_VERSION, feeds: [], severities: [] };
const ERASED = { v: DOCUMENT_VERSION, erased: true };

/**
 * Returns the tombstone for an erased document. Version 0.1.0 also reads read states and mutes, but doesn't know
 * tombstones. For these, the tombstone is an empty document.
 */
function erasedDocument(key: string): object {
  if (key.startsWith('read:')) return EMPTY_READ;
  return key.startsWith('mutes:') ? EMPTY_MUTES : ERASED;
}

/**
 * A store that can erase documents for good. Without a tombstone, a change that read the document before the erasure
 * would restore it afterwards, because a missing key accepts writes with any etag. So an erased document is temporarily
 * replaced with a tombstone, which reads as missing. The tombstone has a newer etag, so the store refuses the change,
 * which then starts over without the document.
 */
export abstract class ErasableStore implements ReaderStore {
  protected abstract readStored(key: string): Promise<StoredDocument | undefined>;
  /** Rejects if any write was refused or an outcome is unknown. Other writes might have succeeded. */
  protected abstract writeStored(writes: readonly StoredWrite[]): Promise<void>;
  abstract remove(keys: readonly string[]): Promise<void>;

  async read(key: string): Promise<StoredDocument | undefined> {
    const stored = await this.readStored(key);
    return isErased(key, stored) ? undefined : stored;
  }

  async write(key: string, value: object, etag: string | undefined, ttlSeconds: number): Promise<void> {
    const write = { key, value, etag, ttlSeconds };
    try {
      await this.writeStored([write]);
    } catch (error) {
      const stored = etag === undefined ? await this.readStored(key) : undefined;
      if (!isErased(key, stored)) throw error;
      await this.writeStored([{ ...write, etag: stored?.etag }]);
    }
  }

  async erase(keys: readonly string[]): Promise<void> {
    for (let first = 0; first < keys.length; first += BATCH_SIZE)
      await this.#eraseTogether(keys.slice(first, first + BATCH_SIZE));
  }

  /**
   * Rewrites the document unchanged, but with the right lifetime. With Redis behind Dapr, even a refused write sets the
   * key's lifetime. This also applies to writes by this method, so it retries refused writes up to a limit.
   */
  async restoreLifetime(key: string, ttlSeconds: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.readStored(key);
      if (!stored) return;
      const lifetime = isErased(key, stored) ? ERASED_TTL_SECONDS : ttlSeconds;
      try {
        return await this.writeStored([
          { key, value: stored.value as object, etag: stored.etag, ttlSeconds: lifetime },
        ]);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #eraseTogether(keys: readonly string[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const found = await Promise.all(keys.map(async (key) => ({ key, stored: await this.readStored(key) })));
      const writes = found.flatMap(({ key, stored }) =>
        stored
          ? [{ key, value: erasedDocument(key), etag: stored.etag, ttlSeconds: ERASED_TTL_SECONDS }]
          : [],
      );
      if (writes.length === 0) return;
      try {
        return await this.writeStored(writes);
      } catch (error) {
        // Either a document has changed since it was read, or the outcome is unknown. The next read shows which.
        if (attempt === ATTEMPTS) throw new TemporaryError('documents could not be erased', { cause: error });
      }
    }
  }
}

const isErased = (key: string, stored: StoredDocument | undefined): boolean =>
  stored !== undefined && isDeepStrictEqual(stored.value, erasedDocument(key));
