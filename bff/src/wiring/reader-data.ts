import type { ContactBook } from '../away/contacts/contacts.ts';
import type { Fallbacks } from '../away/fallbacks/fallbacks.ts';
import { receiptsOf } from '../away/fallbacks/receipts/receipts.ts';
import type { ReaderOpsRoutesOptions } from '../http/ops/readers/readers.ts';
import type { Histories } from '../readers/marks/histories.ts';
import type { Readers } from '../readers/readers.ts';
import { Slots } from '../readers/search/slots.ts';

const MAX_CONCURRENT_RECEIPTS = 4;
/** Maximum receipt requests that can wait for a slot. */
const MAX_WAITING_RECEIPTS = 32;

interface ReaderData {
  readers: Pick<Readers, 'states' | 'inboxes' | 'preferences' | 'counter' | 'readElsewhere'>;
  histories: Pick<Histories, 'including' | 'current'>;
  away: { fallbacks: Pick<Fallbacks, 'stored'>; contacts: Pick<ContactBook, 'stored'> };
  now: () => number;
}

/**
 * Creates the functions that show operators readers' data: a notification's receipts, and a full export of a reader's
 * data.
 */
export function createReaderData({ readers, histories, away, now }: ReaderData): ReaderOpsRoutesOptions {
  const { states, inboxes, preferences, counter } = readers;
  const slots = new Slots(MAX_CONCURRENT_RECEIPTS, MAX_WAITING_RECEIPTS);
  const fallbacksOf = (reader: string) => away.fallbacks.stored(reader);
  return {
    receiptsOf: (notification) =>
      slots.run(() => receiptsOf(notification, { states, inboxes, histories, counter, fallbacksOf, now })),
    async exportOf(reader) {
      const { head, history } = await histories.current(reader);
      const [read, readElsewhere, inbox, chosen, fallbacks, contacts, notifications] = await Promise.all([
        states.readFresh(reader, reader),
        readers.readElsewhere(reader),
        inboxes.readFresh(reader),
        preferences.read(reader),
        fallbacksOf(reader),
        away.contacts.stored(reader),
        history.readRange(Math.max(1, history.floor), head.offset),
      ]);
      return {
        ...{ reader, exportedAt: new Date(now()).toISOString() },
        ...{ notifications, read, readElsewhere, inbox, preferences: chosen, contacts, fallbacks },
      };
    },
  };
}
