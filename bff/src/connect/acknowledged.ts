import type { Page, Position, Publication } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';

/** Called with a range of publications that a client has received for the first time on this connection. */
export type OnDelivered = (feed: string, epoch: string, first: number, last: number) => void;

const MAX_FEEDS = 20_000;
/**
 * Maximum number of ranges for each feed. At the limit, forgets the oldest range, whose publications then count as not
 * sent.
 */
const MAX_RANGES = 4;

interface Range {
  first: number;
  last: number;
}

/**
 * Tracks, for each feed, the ranges of publications in the latest epoch that this instance has sent to subscribers.
 * There can be several ranges, because a publication after a gap is sent before the gap is filled.
 */
export class SentPublications {
  readonly #sent = new LRUCache<string, { epoch: string; ranges: Range[] }>({ max: MAX_FEEDS });

  add(feed: string, epoch: string, publications: readonly Pick<Publication, 'offset'>[]): void {
    const before = this.#sent.get(feed);
    const ranges = before?.epoch === epoch ? before.ranges : [];
    // We don't know which of the earlier publications were sent, so count all of them as sent. Otherwise, receipts
    // would stop for clients that haven't acknowledged them.
    if (ranges.length === 0 && publications[0]) ranges.push({ first: 1, last: publications[0].offset });
    for (const { offset } of publications) addOffset(ranges, offset);
    if (before?.ranges !== ranges) this.#sent.set(feed, { epoch, ranges });
  }

  /** Returns the highest offset up to which all publications after `position` were sent. */
  lastAfter(feed: string, { epoch, offset }: Position): number {
    const sent = this.#sent.get(feed);
    if (sent?.epoch !== epoch) return offset;
    return sent.ranges.find(({ first, last }) => first <= offset + 1 && last > offset)?.last ?? offset;
  }
}

function addOffset(ranges: Range[], offset: number): void {
  // Find the last range that starts at or before the offset.
  const index = ranges.findLastIndex(({ first }) => first <= offset);
  const [before, after] = [ranges[index], ranges[index + 1]];
  if (before && offset <= before.last) return;
  const continues = before?.last === offset - 1;
  const last = after?.first === offset + 1 ? after.last : offset;
  const range = { first: continues ? before.first : offset, last };
  const start = continues ? index : index + 1;
  ranges.splice(start, (continues ? 1 : 0) + (last > offset ? 1 : 0), range);
  if (ranges.length > MAX_RANGES) ranges.shift();
}

/**
 * Tracks which publications a client has acknowledged. Connections preserve order. So when a client answers a ping, it
 * has received everything that was sent before the ping, and no separate acknowledgements are needed.
 */
export class AcknowledgedPublications {
  readonly #sent: Pick<SentPublications, 'lastAfter'>;
  readonly #onDelivered: OnDelivered;
  readonly #feeds = new Map<string, FeedProgress>();
  #expected: readonly (readonly [feed: string, position: Position])[] = [];

  constructor(sent: Pick<SentPublications, 'lastAfter'>, onDelivered: OnDelivered) {
    this.#sent = sent;
    this.#onDelivered = onDelivered;
  }

  /** Records the answer to a client's subscription request. `after` is the position in the request, if any. */
  subscribed(
    feed: string,
    after: Position | undefined,
    { epoch, offset, recovered, more }: Pick<Page, 'epoch' | 'offset' | 'recovered' | 'more'>,
  ): void {
    const before = this.#feeds.get(feed);
    const from = recovered && after?.epoch === epoch ? after.offset : offset;
    const knownOffset = before?.epoch === epoch ? before.offset : 0;
    this.#feeds.set(feed, { epoch, offset: Math.max(from, knownOffset), answeredOffset: offset, more });
  }

  unsubscribed(feed: string): void {
    this.#feeds.delete(feed);
  }

  /** Call when sending a ping. Records which publications have been sent to the client so far. */
  pingSent(): void {
    this.#expected = [...this.#feeds].map(([feed, { epoch, offset: acknowledged, answeredOffset, more }]) => {
      const from = { epoch, offset: Math.max(acknowledged, answeredOffset) };
      const offset = more ? answeredOffset : this.#sent.lastAfter(feed, from);
      return [feed, { epoch, offset }] as const;
    });
  }

  /** Call when the client answers a ping. Reports the publications that were sent before that ping. */
  pongReceived(): void {
    for (const [feed, { epoch, offset }] of this.#expected) {
      const progress = this.#feeds.get(feed);
      if (progress?.epoch !== epoch || progress.offset >= offset) continue;
      this.#onDelivered(feed, epoch, progress.offset + 1, offset);
      progress.offset = offset;
    }
    this.#expected = [];
  }
}

interface FeedProgress {
  epoch: string;
  /** Every publication up to this offset was either acknowledged or never sent on this connection. */
  offset: number;
  /** The offset in the last answer to a subscription request. */
  answeredOffset: number;
  /** True if the client has yet to request the publications after `answeredOffset`. */
  more: boolean;
}
