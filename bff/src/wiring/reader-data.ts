import type { ContactBook } from '../away/contacts/contacts.ts';
import type { Fallbacks } from '../away/fallbacks/fallbacks.ts';
import { receiptsOf } from '../away/fallbacks/receipts.ts';
import type { ReaderOpsRoutesOptions } from '../http/ops/readers.ts';
import type { Histories } from '../readers/marks/histories.ts';
import type { Readers } from '../readers/readers.ts';

interface ReaderData {
  readers: Pick<Readers, 'states' | 'inboxes' | 'mutes' | 'preferences'>;
  histories: Pick<Histories, 'holding' | 'current'>;
  away: { fallbacks: Pick<Fallbacks, 'stored'>; contacts: Pick<ContactBook, 'stored'> } | undefined;
  now: () => number;
}

/** The data of one reader, for operators: receipts of a notification, and an export of everything. */
export function createReaderData({ readers, histories, away, now }: ReaderData): ReaderOpsRoutesOptions {
  const { states, inboxes, preferences } = readers;
  const fallbacksOf = async (reader: string) => away?.fallbacks.stored(reader);
  return {
    receiptsOf: (named) => receiptsOf(named, { states, inboxes, histories, fallbacksOf, now }),
    async exportOf(reader) {
      const { head, history } = await histories.current(reader);
      const [read, inbox, chosen, fallbacks, contacts, notifications] = await Promise.all([
        states.storedNow(reader, reader),
        inboxes.storedNow(reader),
        preferences.of(reader),
        fallbacksOf(reader),
        away?.contacts.stored(reader),
        history.stretch(Math.max(1, history.floor), head.offset),
      ]);
      return {
        ...{ reader, exportedAt: new Date(now()).toISOString() },
        ...{ notifications, read, inbox, preferences: chosen, contacts, fallbacks },
      };
    },
  };
}
