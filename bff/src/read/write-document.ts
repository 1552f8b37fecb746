import type { ReaderStore } from './ports.ts';

const ATTEMPTS = 8;

/**
 * Reads a document and writes what `plan` makes of it, again when another instance wrote it meanwhile; nothing if it
 * plans nothing. Rejects when it is not known to be written.
 */
export async function writeDocument(
  store: ReaderStore,
  key: string,
  ttlSeconds: number,
  plan: (value: unknown) => Promise<object | undefined>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.read(key);
    const value = await plan(stored?.value);
    if (!value) return;
    try {
      return await store.write(key, value, stored?.etag, ttlSeconds);
    } catch (error) {
      // What was written without an answer is found by the next read.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
