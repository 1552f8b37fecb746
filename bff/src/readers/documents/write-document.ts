import type { ReaderStore } from '../ports.ts';

const ATTEMPTS = 8;

export interface DocumentWrite {
  key: string;
  ttlSeconds: number;
  /** The new content of the document; nothing is written if it returns `undefined`. */
  plan: (value: unknown) => Promise<object | undefined>;
  /** Called before a document is made that was not there. */
  beforeFirst?: () => Promise<void>;
}

/**
 * Reads a document and writes the result of `plan`, and retries if another instance wrote meanwhile. Resolves
 * with the written version, or `undefined` if nothing was written. Rejects if the outcome is unknown.
 */
export async function writeDocument(
  store: ReaderStore,
  { key, ttlSeconds, plan, beforeFirst }: DocumentWrite,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read(key);
    const value = await plan(stored?.value);
    if (!value) return undefined;
    if (!stored) await beforeFirst?.();
    try {
      await store.write(key, value, stored?.etag, ttlSeconds);
      return versionAfter(stored?.etag);
    } catch (error) {
      // The next read finds a write without an answer.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** On Redis an etag counts the writes of its key; of other stores the next one is not known. */
function versionAfter(etag = '0'): string {
  return /^\d+$/.test(etag) ? String(Number(etag) + 1) : '';
}
