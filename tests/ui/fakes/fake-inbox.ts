import {
  DEFAULT_PREFERENCES,
  placesIn,
  withoutOffsets,
  withOffsets,
  withRange,
  type Found,
  type InboxState,
  type Notification,
  type Preferences,
  type Publication,
  type ReadState,
  type SearchAnswer,
  type SnoozeMark,
} from '@tocsin/contracts';
import { matchesWords } from '@tocsin/contracts/matches-words';

/** The parts of the fake bff that the inbox needs. */
export interface FakeFeeds {
  feed: (feed: string) => { epoch: string; log: Publication[] };
  feeds: () => string[];
  readOf: (feed: string) => ReadState;
  emit: (name: string, payload: unknown) => void;
}

interface Change {
  feed: string;
  offset?: number;
  ids?: string[];
  until?: string;
}

/** Serves the reader's marks, preferences and searches from memory, as a bff would. */
export class FakeInbox {
  readonly #feeds: FakeFeeds;
  readonly #states = new Map<string, InboxState>();
  #preferences: Preferences = DEFAULT_PREFERENCES;
  #version = 0;
  /** Changes sent by browsers, oldest first. */
  changes: (Change & { name: string })[] = [];
  searches: URLSearchParams[] = [];
  /** Search delay (ms). */
  searchDelay = 0;
  /** Rejects all requests, as a 0.1.0 bff does. Later bffs do so only for anonymous readers. */
  rejectsAll = false;

  constructor(feeds: FakeFeeds) {
    this.#feeds = feeds;
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  /** Changes preferences, as if from another device. */
  changePreferences(change: Partial<Preferences>): void {
    this.#preferences = { ...this.#preferences, ...change };
    this.#feeds.emit('preferences', this.#preferences);
  }

  stateOf(feed: string): InboxState | undefined {
    return this.#states.get(feed);
  }

  /** Applies a change and sends it to browsers. Returns true if there's a change with this name. */
  change(name: string, change: Change): boolean {
    const next = this.#stateAfter(name, change);
    if (!next) return false;
    this.changes.push({ name, ...change });
    this.#set(change.feed, next);
    return true;
  }

  /** Called when notifications are read. Removes their unread marks, and marks the snoozed ones as read. */
  read(feed: string, ids: readonly string[], offset = 0): void {
    const before = this.#states.get(feed);
    if (!before) return;
    const unread = withoutOffsets(before.unread, this.#offsets(feed, ids));
    const snoozed = before.snoozed.map((mark) =>
      ids.includes(mark.id) ? { ...mark, read: true as const } : mark,
    );
    this.#set(feed, { ...before, unread: unread.filter(([, last]) => last > offset), snoozed });
  }

  /** Ends a feed's snoozes, and notifies browsers. */
  endSnoozes(feed = 'all'): void {
    const before = this.#states.get(feed);
    if (!before) return;
    const until = new Date().toISOString();
    this.#set(feed, {
      ...before,
      snoozed: before.snoozed.map((mark) => ({ ...mark, until, due: true as const })),
    });
    const due = before.snoozed.map(({ id, epoch, offset }) => ({
      ...{ epoch, offset, until },
      notification: this.#notification(feed, id),
    }));
    this.#feeds.emit('snooze-due', { feed, due });
  }

  async search(query: URLSearchParams): Promise<SearchAnswer> {
    this.searches.push(query);
    if (this.searchDelay > 0) await new Promise((resolve) => setTimeout(resolve, this.searchDelay));
    const limit = Number(query.get('limit') ?? 50);
    const start = Number(query.get('cursor') ?? 0);
    const all = this.#itemsIn(query.getAll('feed')).filter((found) => matches(found, query));
    const items = all.slice(start, start + limit);
    const more = start + limit < all.length;
    return { items, more, ...(more && { cursor: String(start + limit) }) };
  }

  #itemsIn(feedNames: string[]): Found[] {
    const feeds = feedNames.length > 0 ? feedNames : this.#feeds.feeds();
    const found = feeds.flatMap((feed) => {
      const { epoch, log } = this.#feeds.feed(feed);
      const place = placesIn({ epoch, read: this.#feeds.readOf(feed), inbox: this.#states.get(feed) });
      return log.flatMap(({ offset, notification }): Found[] =>
        notification ? [{ feed, epoch, offset, notification, ...place({ offset, notification }) }] : [],
      );
    });
    const time = ({ notification }: Found) => Date.parse(notification.createdAt);
    return found.reverse().sort((a, b) => time(b) - time(a));
  }

  #set(feed: string, state: InboxState): void {
    const next = { ...state, version: ++this.#version };
    this.#states.set(feed, next);
    this.#feeds.emit('inbox', { feed, ...next });
  }

  #stateAfter(name: string, { feed, offset = 0, ids = [], until = '' }: Change): InboxState | undefined {
    const { epoch } = this.#feeds.feed(feed);
    const before = this.#states.get(feed) ?? {
      ...{ version: 0, epoch, seen: 0, unread: [], archived: [], snoozed: [] },
    };
    const offsets = this.#offsets(feed, ids);
    const others = before.snoozed.filter(({ id }) => !ids.includes(id));
    const withFlags = (flags: Partial<SnoozeMark>) =>
      before.snoozed.map((mark) => (ids.includes(mark.id) ? { ...mark, ...flags } : mark));
    switch (name) {
      case 'seen': {
        const snoozed = before.snoozed.map((mark) => (mark.due ? { ...mark, seen: true as const } : mark));
        return { ...before, seen: Math.max(before.seen, offset), snoozed };
      }
      case 'unread':
        return { ...before, unread: withOffsets(before.unread, offsets) };
      case 'archive': {
        const all = withRange(before.archived, 1, offset);
        return { ...before, archived: withOffsets(all, offsets), snoozed: withFlags({ archived: true }) };
      }
      case 'unarchive':
        return { ...before, archived: withoutOffsets(before.archived, offsets), snoozed: others };
      case 'snooze': {
        const marks = ids.map((id, n) => ({ id, epoch, offset: offsets[n] ?? 0, until }));
        return { ...before, snoozed: [...others, ...marks] };
      }
      case 'unsnooze':
        return { ...before, snoozed: others };
      default:
        return undefined;
    }
  }

  #notification(feed: string, id: string): Notification | undefined {
    const { log } = this.#feeds.feed(feed);
    return log.find(({ notification }) => notification?.id === id)?.notification ?? undefined;
  }

  #offsets(feed: string, ids: readonly string[]): number[] {
    const { log } = this.#feeds.feed(feed);
    return ids.flatMap((id) => log.find(({ notification }) => notification?.id === id)?.offset ?? []);
  }
}

function matches({ notification, place, unread, returnedAt }: Found, query: URLSearchParams): boolean {
  const { source = '', category = '', severity } = notification;
  const isListed = (name: string, value: string) =>
    !query.has(name) || (query.get(name) ?? '').split(',').includes(value);
  const state = query.get('state') ?? 'any';
  const hasState =
    state === 'any' ||
    state === place ||
    (state === 'unread' && place === 'inbox' && unread) ||
    (state === 'returned' && returnedAt !== undefined);
  return (
    hasState &&
    matchesWords(query.get('q') ?? '')(notification) &&
    isListed('severity', severity) &&
    isListed('source', source) &&
    isListed('category', category)
  );
}
