import {
  placesIn,
  withoutRange,
  withRange,
  type Found,
  type Marks,
  type Placed,
  type Ranges,
  type SearchAnswer,
  type SearchCursor,
  type SearchQuery,
  type SearchState,
} from '@tocsin/contracts';
import { ChangedError } from '../../deliver/errors.ts';
import { MAX_CONTENT_BYTES, sizeOf } from '../../feed/present.ts';
import type { FeedHistory, Histories } from '../marks/histories.ts';
import { snoozedOf } from '../inbox/document.ts';
import type { Inboxes } from '../inbox/inboxes.ts';
import { stateIn, type ReadStates } from '../marks/read-states.ts';
import { SearchBudget, type SEARCH_BOUNDS } from './budget.ts';
import {
  decodeCursor,
  encodeCursor,
  nameInCursor,
  snoozedAfter,
  snoozedContinueAfter,
  timeOf,
} from './cursor.ts';
import { FeedSearch } from './feed-search.ts';
import { createMatcher } from './matcher.ts';

export interface SearchOptions {
  states: Pick<ReadStates, 'stored'>;
  inboxes: Pick<Inboxes, 'stored' | 'stateOf' | 'isShown'>;
  histories: Pick<Histories, 'current'>;
  now: () => number;
  /** Lets other work run. */
  yieldToEventLoop: () => Promise<void>;
  bounds?: typeof SEARCH_BOUNDS;
}

export type SearchRequest = Omit<SearchQuery, 'feed' | 'clientId'> & { feeds: readonly string[] };

/** The request's cursor isn't from a search response. */
export class BadCursorError extends Error {}

/** Maximum attempts if a feed changes during a search. */
const MAX_ATTEMPTS = 3;
const PARALLEL_FEEDS = 8;

/**
 * Searches feeds that the reader can read, newest notifications first. Each call searches a limited part of the feeds
 * and returns a cursor for the next call.
 * @throws BadCursorError
 */
export async function search(
  reader: string,
  request: SearchRequest,
  options: SearchOptions,
): Promise<SearchAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await new Search(reader, request, options).run();
    } catch (error) {
      if (!(error instanceof ChangedError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const isIn: Record<SearchState, (placed: Placed) => boolean> = {
  any: () => true,
  inbox: ({ place }) => place === 'inbox',
  unread: ({ place, unread }) => place === 'inbox' && unread,
  archive: ({ place }) => place === 'archive',
  snoozed: ({ place }) => place === 'snoozed',
  returned: ({ place, returnedAt }) => place === 'inbox' && returnedAt !== undefined,
};

/** Returns the offsets in the history whose notifications can be in this state, according to the reader's marks. */
function candidatesOf(
  state: SearchState,
  { inbox, read, epoch }: Marks,
  { head, history }: FeedHistory,
): Ranges {
  const [first, last] = [Math.max(1, history.floor), head.offset];
  const wholeHistory = withRange([], first, last);
  if (state === 'any' || state === 'inbox') return wholeHistory;
  if (state === 'snoozed' || state === 'returned') return [];
  const inboxMarks = inbox?.epoch === epoch ? inbox : undefined;
  const chosen =
    state === 'archive'
      ? (inboxMarks?.archived ?? [])
      : withRange(inboxMarks?.unread ?? [], (read?.offset ?? 0) + 1, last);
  return withoutRange(withoutRange(chosen, 0, first - 1), last + 1, Infinity);
}

class Search {
  readonly #reader: string;
  readonly #request: SearchRequest;
  readonly #options: SearchOptions;
  readonly #budget: SearchBudget;
  readonly #cursor: SearchCursor;
  readonly #matches: (one: Found['notification'], placed: Placed) => boolean;

  constructor(reader: string, request: SearchRequest, options: SearchOptions) {
    this.#reader = reader;
    this.#request = request;
    this.#options = options;
    const { now, bounds } = options;
    this.#budget = new SearchBudget({ now, ...(bounds && { bounds }) });
    const cursor = request.cursor === undefined ? { before: {}, snoozed: 0 } : decodeCursor(request.cursor);
    if (!cursor) throw new BadCursorError('must be a cursor from a search response');
    this.#cursor = cursor;
    const matches = createMatcher(request);
    this.#matches = (one, placed) => isIn[request.state](placed) && matches(one);
  }

  async run(): Promise<SearchAnswer> {
    const { limit } = this.#request;
    const feeds = await this.#open();
    const snoozed = await this.#snoozed();
    const items: Found[] = [];
    let taken = 0;
    let bytes = 0;
    while (items.length < limit) {
      const next = await this.#newest(feeds, snoozed[taken]);
      if (!next) break;
      bytes += sizeOf(next.found) + 1;
      if (bytes > MAX_CONTENT_BYTES && items.length > 0) break;
      items.push(next.found);
      if (next.from) next.from.take();
      else taken++;
    }
    const before = Object.fromEntries(
      feeds.map((one) => [nameInCursor(one.feed, one.epoch), one.continuesBefore]),
    );
    const more = taken < snoozed.length || Object.values(before).some((offset) => offset > 0);
    if (!more) return { items, more };
    const cursor = encodeCursor({ before, snoozed: snoozedContinueAfter(this.#cursor, items) });
    return { items, more, cursor };
  }

  /**
   * Returns the newest match across all feeds and snoozed notifications. `undefined` if there are no more matches, or
   * if the budget runs out before the newest match is known.
   */
  async #newest(
    feeds: readonly FeedSearch[],
    snoozed: Found | undefined,
  ): Promise<{ found: Found; from?: FeedSearch } | undefined> {
    let newestMatch: { found: Found; from?: FeedSearch } | undefined = snoozed && { found: snoozed };
    for (const from of feeds) {
      const found = await from.peek();
      if (!found && from.continuesBefore > 0) return undefined;
      if (found && (!newestMatch || timeOf(found) > timeOf(newestMatch.found))) newestMatch = { found, from };
    }
    return newestMatch;
  }

  async #open(): Promise<FeedSearch[]> {
    const opened: FeedSearch[] = [];
    const { feeds } = this.#request;
    for (let start = 0; start < feeds.length; start += PARALLEL_FEEDS) {
      const opening = feeds.slice(start, start + PARALLEL_FEEDS).map((feed) => this.#openOne(feed));
      opened.push(...(await Promise.all(opening)));
    }
    return opened;
  }

  async #openOne(feed: string): Promise<FeedSearch> {
    const { states, inboxes, histories, yieldToEventLoop } = this.#options;
    const [stored, inbox, feedHistory] = await Promise.all([
      states.stored(this.#reader, feed),
      inboxes.stateOf(this.#reader, feed),
      histories.current(feed),
    ]);
    const { epoch } = feedHistory.head;
    const marks = { epoch, read: stateIn(epoch, stored), inbox };
    // Snoozed notifications are searched separately, since their content is stored separately.
    const snoozed = new Set(inbox?.snoozed.map(({ id }) => id));
    return new FeedSearch({
      ...{
        feed,
        epoch,
        yieldToEventLoop,
        budget: this.#budget,
        history: feedHistory.history,
        placeOf: placesIn(marks),
      },
      candidates: candidatesOf(this.#request.state, marks, feedHistory),
      before: this.#cursor.before[nameInCursor(feed, epoch)] ?? feedHistory.head.offset + 1,
      matches: (one, placed) => !snoozed.has(one.id) && this.#matches(one, placed),
    });
  }

  async #snoozed(): Promise<Found[]> {
    const { inboxes, now } = this.#options;
    const document = await inboxes.stored(this.#reader);
    const found: Found[] = [];
    for (const feed of document ? this.#request.feeds : []) {
      const inbox = await inboxes.stateOf(this.#reader, feed);
      for (const one of document ? snoozedOf(document, feed, now()) : []) {
        const { epoch, offset } = one;
        const notification = one.notification as Found['notification'];
        const placed = placesIn({ epoch, inbox })({ offset, notification });
        if (this.#matches(notification, placed) && (await inboxes.isShown(one)))
          found.push({ feed, epoch, offset, notification, ...placed });
      }
    }
    return snoozedAfter(this.#cursor, found);
  }
}
