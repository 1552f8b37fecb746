import type { ReaderStore } from '../ports.ts';

const ATTEMPTS = 8;

export interface DocumentWrite {
  key: string;
  ttlSeconds: number;
  /** Returns the document's new content, or `undefined` to skip the write. */
  plan: (value: unknown) => Promise<object | undefined>;
  /** Called before a new document is created. */
  beforeFirst?: () => Promise<void>;
}

/**
 * Reads a document and writes the result of `plan`. Retries if another instance wrote in the meantime. Resolves with
 * the written version, or with `undefined` if the write was skipped. The version is empty if it is unknown, for example
 * if a write seemed to fail but the next read showed that the document needs no change. Rejects if we don't know
 * whether the write succeeded.
 */
export async function writeDocument(
  store: ReaderStore,
  { key, ttlSeconds, plan, beforeFirst }: DocumentWrite,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read(key);
    const value = await plan(stored?.value);
    if (!value) {
      if (attempt === 1) return undefined;
      if (!stored) await store.restoreLifetime(key, ttlSeconds);
      return '';
    }
    if (!stored) await beforeFirst?.();
    try {
      await store.write(key, value, stored?.etag, ttlSeconds);
      return versionAfter(stored?.etag);
    } catch (error) {
      // If the write succeeded but the response was lost, the next read shows that.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** On Redis, the etag counts the writes to the key. In other stores, we can't predict the next etag. */
function versionAfter(etag = '0'): string {
  return /^\d+$/.test(etag) ? String(Number(etag) + 1) : '';
}
