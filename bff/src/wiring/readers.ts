import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@tocsin/service';
import { AWAY_TTL_SECONDS } from '../away/fallbacks/document.ts';
import { waitingPositions } from '../away/fallbacks/positions.ts';
import type { Backend } from '../backend.ts';
import type { LimitsOf } from '../feed/limits.ts';
import { DocumentLedger } from '../readers/documents/document-ledger.ts';
import type { Histories } from '../readers/marks/histories.ts';
import { ReceiptCounter } from '../readers/counts/receipt-counter.ts';
import { Inboxes } from '../readers/inbox/inboxes.ts';
import { MuteLists } from '../readers/preferences/mute-lists.ts';
import type { Readers } from '../readers/readers.ts';
import { ReaderPreferences } from '../readers/preferences/preferences.ts';
import { ReadStates, type ReadStatesOptions } from '../readers/marks/read-states.ts';
import { search } from '../readers/search/search.ts';
import { Slots } from '../readers/search/slots.ts';
import { countFor } from '../readers/marks/unread.ts';

/** Marks are kept a day longer than publications to allow for clock differences and delays. */
const MARGIN_MS = 24 * 60 * 60 * 1000;
const USER_PREFIX = 'user:';
const MAX_CONCURRENT_SEARCHES = 4;
const MAX_WAITING_SEARCHES = 32;

export interface ReadersOptions {
  backend: Pick<Backend, 'readers' | 'broadcaster'>;
  histories: Histories;
  limitsOf: LimitsOf;
  /** Maximum documents per signed-in reader, or per IP address for all others. */
  maxDocuments: number;
  /** If true, marks for notifications with waiting fallbacks are kept after the notifications leave the history. */
  hasChannels: boolean;
  /** Publishes readers' read marks for other applications. */
  publishReceipt: ReadStatesOptions['publishReceipt'];
  now: () => number;
  log: Logger;
}

export function createReaders({
  backend,
  histories,
  limitsOf,
  maxDocuments,
  hasChannels,
  publishReceipt,
  now,
  log,
}: ReadersOptions): Readers {
  const { readers: store, broadcaster: channel } = backend;
  const ledger = new DocumentLedger({ store, max: maxDocuments, now });
  const historyMsOf = (feed: string) => limitsOf(feed).historyTtlMs + MARGIN_MS;
  const ttlSecondsOf = (feed: string) => Math.ceil(historyMsOf(feed) / 1000);
  const marksMsOf = (feed: string, reader: string) =>
    hasChannels && feed === reader && feed.startsWith(USER_PREFIX)
      ? Math.max(historyMsOf(feed), AWAY_TTL_SECONDS * 1000)
      : historyMsOf(feed);
  const onUnreadable = (err: unknown) =>
    log.warn({ err }, "cannot read a reader's fallbacks; marks outside the history may be dropped");
  const waiting = {
    waitingPositions: hasChannels
      ? (reader: string) => waitingPositions(reader, { store, onUnreadable })
      : undefined,
  };
  const counter = new ReceiptCounter({
    ...{ store, ttlSecondsOf },
    onError: (feed, err) =>
      log.warn({ err, feed }, 'cannot update the receipt counts; a failed write is retried'),
  });
  const documents = { store, channel, ledger, counter };
  const states = new ReadStates({
    ...{ ...documents, ...waiting, histories, publishReceipt, now },
    ttlSecondsOf: (feed, reader) => Math.ceil(marksMsOf(feed, reader) / 1000),
  });
  const inboxes = new Inboxes({ ...documents, ...waiting, histories, marksMsOf, now });
  const mutes = new MuteLists(documents);
  const preferences = new ReaderPreferences({ ...documents, mutes });
  const slots = new Slots(MAX_CONCURRENT_SEARCHES, MAX_WAITING_SEARCHES);
  const searchSources = { ...{ states, inboxes, histories, now }, yieldToEventLoop: () => nextTurn() };
  return {
    ...{ states, inboxes, mutes, preferences, counter },
    pages: {
      ...{ states, inboxes, now },
      onUnreadable: (err: unknown) => log.warn({ err }, 'read state unavailable; returned a page without it'),
    },
    async markRead(reader, mark, owner) {
      await states.mark(reader, mark, owner);
      await inboxes.read({ reader, owner }, mark);
    },
    count: (reader, feed) => countFor(reader, feed, { states, inboxes, histories }),
    search: (reader, request) => slots.run(() => search(reader, request, searchSources)),
    readElsewhere: (reader) => states.inOtherFeeds(reader),
    async erase(feed) {
      await Promise.all([states.erase(feed), counter.erase(feed)]);
      if (!feed.startsWith(USER_PREFIX)) return;
      await Promise.all([inboxes.erase(feed), preferences.erase(feed)]);
    },
  };
}
