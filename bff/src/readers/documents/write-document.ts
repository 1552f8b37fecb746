import type { ReaderStore } from '../ports.ts';

const ATTEMPTS = 8;

export interface DocumentWrite {
  key: string;
  ttlSeconds: number;
  /** What the document is to be; nothing is written if it plans nothing. */
  plan: (value: unknown) => Promise<object | undefined>;
  /** Called before a document is made that was not there. */
  beforeFirst?: () => Promise<void>;
}

/**
 * Reads a document and writes what `plan` makes of it, again when another instance wrote it meanwhile. Resolves with
 * the version that was written; `undefined` if nothing was. Rejects when it is not known to be written.
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
      // What was written without an answer is found by the next read.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** On Redis an etag counts the writes of its key; of other stores the next one is not known. */
function versionAfter(etag = '0'): string {
  return /^\d+$/.test(etag) ? String(Number(etag) + 1) : '';
}
