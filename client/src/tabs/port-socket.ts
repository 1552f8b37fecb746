import { MAX_FEEDS_PER_CONNECTION } from '@tocsin/contracts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { TIMING } from '../timing.ts';
import { feedOf } from './messages.ts';

type ResponseCallback = (error: Error | null, response?: unknown) => void;
interface PendingRequest {
  readonly feed: string;
  readonly done: ResponseCallback;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * The id of the last request of any port on this page. Since ids are unique on the page, a late response from a former
 * leader can't match another request.
 */
let lastId = 0;

const connectionLost = () => new Error('The connection was lost.');

/** Sends a tab's requests to the leader's connection. Used in place of a socket. */
export class PortSocket implements FeedSocket {
  readonly #send: (id: number, event: string, request: unknown) => void;
  readonly #mayReadAlone: (feed: string) => Promise<boolean>;
  readonly #leave: () => void;
  readonly #waiting = new Map<number, PendingRequest>();
  /** The feeds that this tab has requested, except permanently refused feeds. */
  readonly #feeds = new Set<string>();
  #closed = false;

  /**
   * `mayReadAlone` returns whether this tab's own token permits a feed that the leader's token doesn't. `leave` leaves
   * the group and opens a connection for this tab only.
   */
  constructor(
    send: (id: number, event: string, request: unknown) => void,
    mayReadAlone: (feed: string) => Promise<boolean>,
    leave: () => void,
  ) {
    this.#send = send;
    this.#mayReadAlone = mayReadAlone;
    this.#leave = leave;
  }

  emit(event: string, request: unknown, acknowledge: (response: never) => void): void {
    this.#request(
      event,
      request,
      TIMING.acknowledgement,
      (error, value) => error || acknowledge(value as never),
    );
  }

  timeout(ms: number) {
    return {
      emit: (event: string, request: unknown, done: (error: Error | null, response: never) => void): void =>
        this.#request(event, request, ms, done as ResponseCallback),
    };
  }

  /**
   * Passes on the server's response. Leaves the group if the server refused a feed only because tabs share a
   * connection.
   */
  async respond(id: number, response: unknown): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const { code, temporary } =
      (response as { error?: { code?: unknown; temporary?: unknown } } | undefined)?.error ?? {};
    if (code && !temporary) this.#feeds.delete(waiting.feed);
    const isDueToOtherTabs =
      (code === 'too_many_feeds' && this.#feeds.size < MAX_FEEDS_PER_CONNECTION) ||
      (code === 'forbidden' && (await this.#mayReadAlone(waiting.feed)));
    if (!this.#waiting.delete(id)) return;
    clearTimeout(waiting.timer);
    if (isDueToOtherTabs) this.#leave();
    else waiting.done(null, response);
  }

  /** Rejects pending and later requests. */
  close(): void {
    this.#closed = true;
    for (const { done, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      done(connectionLost());
    }
    this.#waiting.clear();
  }

  #request(event: string, request: unknown, ms: number, done: ResponseCallback): void {
    if (this.#closed) return done(connectionLost());
    const id = ++lastId;
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      done(new Error(`No response within ${ms} ms.`));
    }, ms);
    const feed = feedOf(request);
    if (event === 'subscribe') this.#feeds.add(feed);
    else this.#feeds.delete(feed);
    this.#waiting.set(id, { feed, done, timer });
    this.#send(id, event, request);
  }
}
