import type { Snoozed } from '@tocsin/contracts';
import { writeDocument } from '../documents/write-document.ts';
import type { ReaderStore } from '../ports.ts';
import { parseInbox, successorOf } from './document.ts';
import { INBOX_TTL_SECONDS } from './inboxes.ts';

/**
 * Removes snoozed notifications with erased content from the inbox under `key`. Resolves with true if any were removed.
 * Rejects if this version can't read the document.
 */
export async function withdrawSnoozed(
  store: ReaderStore,
  key: string,
  isErased: (one: Snoozed) => boolean,
  now: number,
): Promise<boolean> {
  const written = await writeDocument(store, {
    key,
    ttlSeconds: INBOX_TTL_SECONDS,
    plan: async (value) => {
      if (value === undefined) return undefined;
      const document = parseInbox(key, value);
      const snoozed = document.snoozed.filter((one) => !isErased(one));
      if (snoozed.length === document.snoozed.length) return undefined;
      return successorOf(document, { ...document, snoozed }, now);
    },
  });
  return written !== undefined;
}
