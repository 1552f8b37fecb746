import { MAX_PAGE_PUBLICATIONS, type Publication, type PublicationsEvent } from '@tocsin/contracts';
import { splitWithin, MAX_CONTENT_BYTES } from '../../feed/present.ts';
import { encodedSizeInList } from '../../recover/page/encoded.ts';

/** After sending, the queue pauses for this multiple of the time that sending took, but at most MAX_PAUSE_MS. */
const PAUSE_FACTOR = 2;
const MAX_PAUSE_MS = 100;
/** Skips shorter pauses because timers aren't precise enough. */
const MIN_PAUSE_MS = 1;

export interface SendQueueOptions {
  send: (event: PublicationsEvent) => void;
  /** Returns the time in ms, including fractions. */
  clock?: () => number;
}

/**
 * Batches publications for browsers. After each send, the queue pauses for a multiple of the time that the send took.
 * Publications in a feed that arrive in the same tick or during a pause are sent as a single event. Most of the cost is
 * writing to each connection, not the content size, so pauses get longer with more connections. If sending takes almost
 * no time, there is no pause.
 */
export class SendQueue {
  readonly #send: (event: PublicationsEvent) => void;
  readonly #clock: () => number;
  readonly #waiting = new Map<string, PublicationsEvent[]>();
  #pausedUntil = 0;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ send, clock = () => performance.now() }: SendQueueOptions) {
    this.#send = send;
    this.#clock = clock;
  }

  add(event: PublicationsEvent): void {
    const events = this.#waiting.get(event.feed);
    if (events) events.push(event);
    else this.#waiting.set(event.feed, [event]);
    this.#schedule();
  }

  /** Sends a feed's queued publications now so that later messages about the feed come after them. */
  flush(feed: string): void {
    const events = this.#waiting.get(feed);
    if (!events) return;
    this.#waiting.delete(feed);
    for (const event of mergeConsecutive(events)) this.#send(event);
  }

  flushAll(): void {
    for (const feed of [...this.#waiting.keys()]) this.flush(feed);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const pause = this.#pausedUntil - this.#clock();
    if (pause < MIN_PAUSE_MS) setImmediate(() => this.#run());
    else this.#timer = setTimeout(() => this.#run(), pause);
  }

  #run(): void {
    this.#isScheduled = false;
    const started = this.#clock();
    this.flushAll();
    const ended = this.#clock();
    this.#pausedUntil = ended + Math.min(MAX_PAUSE_MS, PAUSE_FACTOR * (ended - started));
  }
}

function mergeConsecutive(events: readonly PublicationsEvent[]): PublicationsEvent[] {
  const merged: { event: PublicationsEvent; publications: Publication[] }[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    if (last && isContinuation(last, event)) last.publications.push(...event.publications);
    else merged.push({ event, publications: [...event.publications] });
  }
  return merged.flatMap(({ event, publications }) =>
    publications.length === 0
      ? [event]
      : splitWithin(publications, MAX_PAGE_PUBLICATIONS, MAX_CONTENT_BYTES, encodedSizeInList).map(
          (part) => ({
            ...event,
            publications: part,
          }),
        ),
  );
}

const isContinuation = (
  { event, publications }: { event: PublicationsEvent; publications: readonly Publication[] },
  next: PublicationsEvent,
): boolean =>
  event.epoch === next.epoch && publications.at(-1)?.offset === (next.publications[0]?.offset ?? 0) - 1;
