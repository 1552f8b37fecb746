import { MAX_FEEDS_PER_CONNECTION, type Page, type Position, type SocketError } from '@tocsin/contracts';
import { mayRead } from '../auth/may-read.ts';
import { readPageFor, type ReaderPages } from '../readers/page-for-reader.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import type { SocketData } from './socket-data.ts';

export type EndReason =
  | 'not_reading'
  | 'too_many_invalid_requests'
  | 'too_many_requests'
  | 'message_too_large'
  | 'token_expired'
  | 'token_revoked'
  | 'forbidden';
export type SubscriptionOutcome = 'new' | 'recovered' | 'gap' | 'forbidden' | 'unavailable';

export interface SubscriptionDependencies {
  views: Pick<FeedViews, 'view' | 'watch' | 'unwatch'>;
  pages: ReaderPages;
  onSubscribed: (outcome: SubscriptionOutcome) => void;
}

export interface SubscriptionsOptions extends SubscriptionDependencies {
  /** The reader and token. Read on every call, because a connection can get a new token. */
  bearer: Readonly<SocketData>;
}

/** A connection's subscribed feeds, over any transport. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #feeds = new Set<string>();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Returns why the connection can't subscribe to the feed, or `undefined` if it can. */
  refusal(feed: string): SocketError | undefined {
    if (!mayRead(this.#options.bearer.identity, feed)) {
      this.#options.onSubscribed('forbidden');
      return { code: 'forbidden', message: 'the token does not permit this feed', temporary: false };
    }
    if (this.#feeds.has(feed) || this.#feeds.size < MAX_FEEDS_PER_CONNECTION) return undefined;
    const message = `a connection can subscribe to at most ${MAX_FEEDS_PER_CONNECTION} feeds; unsubscribe from one`;
    return { code: 'too_many_feeds', message, temporary: false };
  }

  /** Whether the bearer's current token forbids any subscribed feed. */
  isAnyForbidden(): boolean {
    return [...this.#feeds].some((feed) => !mayRead(this.#options.bearer.identity, feed));
  }

  has(feed: string): boolean {
    return this.#feeds.has(feed);
  }

  add(feed: string): void {
    if (this.#feeds.has(feed)) return;
    this.#feeds.add(feed);
    this.#options.views.watch(feed);
  }

  remove(feed: string): void {
    if (this.#feeds.delete(feed)) this.#options.views.unwatch(feed);
  }

  close(): void {
    for (const feed of [...this.#feeds]) this.remove(feed);
  }

  /** Answers a subscribe request and reports the outcome. Rejects if the feed cannot be read. */
  async answer(feed: string, position: Position | undefined): Promise<Page> {
    try {
      const page = await this.read(feed, position);
      this.#options.onSubscribed(!page.recovered ? 'gap' : position ? 'recovered' : 'new');
      return page;
    } catch (error) {
      this.#options.onSubscribed('unavailable');
      throw error;
    }
  }

  /**
   * Reads the publications after the position. Without a position, reads only the feed's current position. Rejects if
   * the feed cannot be read.
   */
  read(feed: string, position: Position | undefined): Promise<Page> {
    const { views, pages, bearer } = this.#options;
    const request = position ? ({ kind: 'after', position } as const) : ({ kind: 'position' } as const);
    return readPageFor(bearer.reader, views.view(feed), request, pages);
  }
}
