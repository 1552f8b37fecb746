import type { Page, Position } from '@tocsin/contracts';
import { LRUCache } from 'lru-cache';

/** Called with a range of publications that a client has received for the first time on this connection. */
export type OnDelivered = (feed: string, epoch: string, first: number, last: number) => void;

const MAX_FEEDS = 20_000;

/** The last position in each feed that this instance has sent to subscribers. */
export class SentPositions {
  readonly #sent = new LRUCache<string, Position>({ max: MAX_FEEDS });

  set(feed: string, position: Position): void {
    this.#sent.set(feed, position);
  }

  get(feed: string): Position | undefined {
    return this.#sent.get(feed);
  }
}

/**
 * Tracks which publications a client has acknowledged. Connections preserve order, so when a client answers a ping,
 * everything sent before the ping has arrived, and no separate acknowledgements are needed.
 */
export class AcknowledgedPublications {
  readonly #sent: Pick<SentPositions, 'get'>;
  readonly #onDelivered: OnDelivered;
  readonly #feeds = new Map<string, FeedProgress>();
  #expected: readonly (readonly [feed: string, position: Position])[] = [];

  constructor(sent: Pick<SentPositions, 'get'>, onDelivered: OnDelivered) {
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

  /** Call when sending a ping. Records what the client has been sent so far. */
  pingSent(): void {
    this.#expected = [...this.#feeds].map(([feed, { epoch, answeredOffset, more }]) => {
      const sent = this.#sent.get(feed);
      const offset = !more && sent?.epoch === epoch ? Math.max(sent.offset, answeredOffset) : answeredOffset;
      return [feed, { epoch, offset }] as const;
    });
  }

  /** Call when the client answers a ping. Reports what was sent before that ping. */
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
  /** The last subscription answer's offset. */
  answeredOffset: number;
  /** Whether the client has yet to request the publications after that offset. */
  more: boolean;
}
