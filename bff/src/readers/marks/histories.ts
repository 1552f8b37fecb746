import { idOfPublication, type Position } from '@tocsin/contracts';
import { present } from '../../feed/present.ts';
import type { FeedView } from '../../recover/views/feed-view.ts';
import { CHUNK, locate, type History } from './advance.ts';
import { PublishedIds } from './published-ids.ts';

export type ReadableFeed = Pick<
  FeedView,
  'knownPosition' | 'currentPosition' | 'compare' | 'floor' | 'readRange'
>;

export interface HistoriesOptions {
  view: (feed: string) => ReadableFeed;
  now: () => number;
}

export interface FeedHistory {
  head: Position;
  history: History;
}

export class Histories {
  readonly #options: HistoriesOptions;
  readonly #publishedIds = new PublishedIds();

  constructor(options: HistoriesOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the feed's current position and history. Reads the head first if this instance's view might be
   * outdated.
   */
  async current(feed: string): Promise<FeedHistory> {
    const view = this.#options.view(feed);
    return this.#historyOf(feed, view, await view.currentPosition());
  }

  /**
   * Like `current`, but if the request contains a position or ids that this instance's view doesn't know, first
   * compares the view with the head.
   */
  async including(
    feed: string,
    request: { epoch?: string | undefined; offset?: number | undefined; ids?: readonly string[] | undefined },
  ): Promise<FeedHistory> {
    const view = this.#options.view(feed);
    const local = await this.#historyOf(feed, view, await view.knownPosition());
    const { epoch, offset } = local.head;
    const ids = new Set(request.ids);
    const isKnown = (request.offset ?? 0) <= offset && (request.epoch ?? epoch) === epoch;
    if (isKnown && (await locate(ids, local.history)).size === ids.size) return local;
    await view.compare();
    return this.#historyOf(feed, view, await view.knownPosition());
  }

  async #historyOf(feed: string, view: ReadableFeed, head: Position): Promise<FeedHistory> {
    const { now } = this.#options;
    const { epoch, offset } = head;
    const floor = await view.floor();
    const readRange: History['readRange'] = async (first, last) =>
      (await view.readRange(first, last, epoch)).map((publication) => present(publication, now()));
    const read = async (first: number, last: number) =>
      (await view.readRange(first, last, epoch)).map((publication) => idOfPublication(publication));
    const ids: History['ids'] = (first, last) =>
      last - first + 1 === CHUNK
        ? this.#publishedIds.part({ feed, epoch, first }, () => read(first, last))
        : read(first, last);
    return { head, history: { head: offset, floor, readRange, ids } };
  }
}
