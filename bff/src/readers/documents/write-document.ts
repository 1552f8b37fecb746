import type { ReaderStore } from '../ports.ts';

const ATTEMPTS = 8;

export interface DocumentWrite {
  key: string;
  ttlSeconds: number;
  /** The new content of the document; nothing is written if it returns `undefined`. */
  plan: (value: unknown) => Promise<object | undefined>;
  /** Called before a new document is created. */
  beforeFirst?: () => Promise<void>;
}

/**
 * Reads a document and writes the result of `plan`, and retries if another instance wrote in the meantime. Resolves
 * with the written version, or `undefined` if nothing was written. The version is empty if unknown, for example if a
 * write failed and the document then needed no change, because that write may have succeeded. Rejects if the outcome is
 * unknown.
 */
export async function writeDocument(
  store: ReaderStore,
  { key, ttlSeconds, plan, beforeFirst }: DocumentWrite,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read(key);
    const value = await plan(stored?.value);
    if (!value) return attempt === 1 ? undefined : '';
    if (!stored) await beforeFirst?.();
    try {
      await store.write(key, value, stored?.etag, ttlSeconds);
      return versionAfter(stored?.etag);
    } catch (error) {
      // If the write succeeded but its response was lost, the next read shows it.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** On Redis, an etag is the number of writes to its key. In other stores, the next etag is unknown. */
function versionAfter(etag = '0'): string {
  return /^\d+$/.test(etag) ? String(Number(etag) + 1) : '';
}
