import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@tocsin/service';
import { ContactBook } from '../../away/contacts/contacts.ts';
import { unlessDamaged } from '../../away/fallbacks/committed.ts';
import {
  AWAY_TTL_SECONDS,
  awayKey,
  hashOfReader,
  parseAway,
  type AwayDocument,
} from '../../away/fallbacks/document.ts';
import type { Fallbacks } from '../../away/fallbacks/fallbacks.ts';
import { withPublished, withUnpublished } from '../../away/fallbacks/receipts/publish-receipts.ts';
import { erasureOf, retract } from '../../away/fallbacks/register.ts';
import { UnsentIndex } from '../../away/fallbacks/unsent/unsent-index.ts';
import { dropOldReceipts } from '../../away/fallbacks/unsent/unsent-receipts.ts';
import { writeDocument } from '../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../readers/ports.ts';

/** Readers' stored fallbacks and addresses, for exports and erasure. */
export interface StoredAway {
  fallbacks: Pick<Fallbacks, 'stored' | 'erase'>;
  contacts: Pick<ContactBook, 'stored' | 'erase'>;
}

/**
 * Returns the stored fallbacks and addresses for an instance without channels. They can exist because the deployment
 * used to have channels, or because other instances have some.
 */
export function storedWithoutChannels({
  store,
  now,
  log,
  publishesReceipts,
}: {
  store: ReaderStore;
  now: () => number;
  log: Logger;
  /** Whether instances with channels publish receipts. They do so at the next wake-up. */
  publishesReceipts: boolean;
}): StoredAway {
  const keyOf = (reader: string) => awayKey(hashOfReader(reader));
  // If writing the index fails, the next request for unsent fallbacks removes the reader from it.
  const index = new UnsentIndex({ store, onError: () => undefined, now });
  const failed = (_step: string, err: unknown) =>
    log.warn(
      { err },
      'retracted content stays in damaged fallbacks; delete this document from the state store',
    );
  return {
    contacts: new ContactBook(store, now),
    fallbacks: {
      async stored(reader): Promise<AwayDocument | undefined> {
        const key = keyOf(reader);
        const stored = await store.read(key);
        return stored && parseAway(stored.value, key);
      },
      async erase(erased) {
        const { feed } = erased;
        if (!feed.startsWith('user:')) return;
        const isErased = erasureOf(erased);
        if (!isErased) {
          await store.erase([keyOf(feed)]);
          return index.forget(hashOfReader(feed));
        }
        const at = now();
        const key = keyOf(feed);
        const change = writeDocument(store, {
          ...{ key, ttlSeconds: AWAY_TTL_SECONDS },
          plan: async (value) => {
            if (value === undefined) return undefined;
            const before = parseAway(value, key);
            const retracted = retract(before, isErased, at);
            const after = dropOldReceipts(
              publishesReceipts ? withUnpublished(before, retracted) : withPublished(retracted),
            );
            return isDeepStrictEqual(after, before) ? undefined : after;
          },
        });
        await unlessDamaged(change, { observer: { failed } });
      },
    },
  };
}
