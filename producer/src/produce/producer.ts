import type { EntryItem } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { ReAnnouncer } from './announce/re-announcer.ts';
import { depositAndAnnounce } from './deposit/deposit-and-announce.ts';
import { announcementOf, type Batch, type Lane } from './queue/lane.ts';
import { Held } from './queue/held.ts';
import { Lanes } from './announce/lanes.ts';
import type { Announcer, EntryStore, Observer, Outcome } from './ports.ts';
import { ReadyLanes } from './queue/ready-lanes.ts';
import { Request } from './queue/request.ts';
import type { CallerName } from './queue/turns.ts';

export interface ProducerOptions {
  entries: EntryStore;
  announcer: Announcer;
  observer: Observer;
  /** A request that is not finished after so many ms is answered `late`. */
  requestTimeoutMs: number;
  /** Most notifications that may wait or be under way; what comes beyond is answered `full`. */
  maxHeld: number;
  /** The same in bytes of JSON. */
  maxHeldBytes: number;
  /** Lanes among which the feeds are divided; each has one entry under way at most. */
  partitions: number;
  /** Runs it when all that has arrived by now was taken, so that what came together makes one entry. */
  defer?: (begin: () => void) => void;
}

/** After an entry its lane rests as long as that one took, but never longer than so many ms. */
const LONGEST_REST_MS = 50;
/** A lane whose last entry was shared waits so long for company: what comes in bursts comes within it. */
const COMPANY_MS = 4;
/** A rest that a timer cannot keep. */
const SHORTEST_REST_MS = 1;

/** Of the time for a graceful stop so much at most is kept for the reAnnouncer, in ms. */
const DOORBELLS_MS = 2_000;

/**
 * Takes notifications to their feeds as entries, one entry for each partition at a time: what arrives meanwhile becomes
 * the next. An entry once begun is finished (or ends its run), also when nobody waits for it any more.
 */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #lanes: Lanes;
  readonly #reAnnouncer: ReAnnouncer;
  readonly #ready = new ReadyLanes();
  readonly #resting = new Set<Lane>();
  readonly #open = new Set<Request>();
  readonly #endOfFinishing = new AbortController();
  readonly #endOfRinging = new AbortController();
  readonly #held: Held;
  #isPumpDue = false;
  #stopping = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#held = new Held({ count: options.maxHeld, bytes: options.maxHeldBytes });
    this.#reAnnouncer = new ReAnnouncer(options.announcer, options.observer, this.#endOfRinging.signal);
    this.#lanes = new Lanes(this.#reAnnouncer, options.partitions);
  }

  /** Notifications that wait or are under way. */
  get held(): number {
    return this.#held.count;
  }

  /**
   * Takes the notifications or changes of one request, each feed's in its order, behind those of the caller's earlier
   * requests.
   * `accepted` only once all of them are deposited and announced. After any other outcome each of them may still
   * appear or not, and repeating them with the same ids completes it; what was not begun is dropped. Callers share the
   * queue and take turns; what comes without one (`caller` left out) may fill all of it.
   */
  async produce(items: readonly EntryItem[], traceparent?: string, caller?: string): Promise<Outcome> {
    const outcome = await this.#take(items, traceparent, caller);
    this.#options.observer.answered(outcome, items);
    return outcome;
  }

  /**
   * Takes nothing any more, finishes what it has and rings the reAnnouncer; resolves within `limitMs`, when what is
   * not finished is given up.
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    this.#pump();
    const forDoorbells = Math.min(DOORBELLS_MS, limitMs / 2);
    await this.#idle(limitMs - forDoorbells);
    this.#endOfFinishing.abort();
    for (const request of this.#open) this.#giveUp(request, 'stopping');
    this.#lanes.ringAll();
    await within(forDoorbells, this.#reAnnouncer.quiet());
    this.#endOfRinging.abort();
  }

  async #take(
    items: readonly EntryItem[],
    traceparent: string | undefined,
    caller: CallerName,
  ): Promise<Outcome> {
    if (this.#stopping) return 'stopping';
    const { maxHeld, partitions, requestTimeoutMs } = this.#options;
    if (this.#held.count + items.length > maxHeld) return 'full';
    const request = new Request(items, partitions, traceparent, caller);
    if (!this.#held.hasRoom(caller, request)) return 'full';

    this.#held.add(caller, request);
    this.#open.add(request);
    for (const [partition, part] of request.parts) {
      const lane = this.#lanes.of(partition);
      lane.add(part);
      if (!lane.isBusy) this.#makeReady(lane);
    }
    const timer = setTimeout(() => this.#giveUp(request, 'late'), requestTimeoutMs);
    try {
      return await request.outcome;
    } finally {
      clearTimeout(timer);
      this.#open.delete(request);
    }
  }

  #giveUp(request: Request, outcome: Outcome): void {
    for (const [partition, part] of request.parts) {
      const dropped = this.#lanes.of(partition).drop(part);
      if (dropped) this.#release(request.caller, dropped);
    }
    request.answer(outcome);
  }

  /**
   * Lets the lane begin soon, or when it has rested. An entry costs the same whatever it holds, and takes longer the
   * busier the machine is: so the busier it is, the more share one.
   */
  #makeReady(lane: Lane): void {
    const company = lane.wasShared ? COMPANY_MS : 0;
    const rest = Math.max(lane.restsUntil - performance.now(), company);
    if (rest < SHORTEST_REST_MS) {
      this.#ready.add(lane);
      this.#pumpSoon();
    } else if (!this.#resting.has(lane)) {
      this.#resting.add(lane);
      setTimeout(() => {
        this.#resting.delete(lane);
        if (lane.isBusy) return;
        if (!lane.hasWaiting) return this.#lanes.rests(lane);
        this.#ready.add(lane);
        this.#pump();
      }, rest);
    }
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    const { defer = setImmediate } = this.#options;
    defer(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (let lane = this.#ready.next(); lane; lane = this.#ready.next()) {
      const batch = lane.begin(Date.now());
      if (!batch) {
        this.#lanes.rests(lane);
        continue;
      }
      this.#lanes.works(lane);
      void this.#finish(lane, batch);
    }
  }

  async #finish(lane: Lane, batch: Batch): Promise<void> {
    const signal = this.#endOfFinishing.signal;
    const begun = performance.now();
    const finished = await depositAndAnnounce(batch, { ...this.#options, signal });
    if (!finished && signal.aborted) return;
    if (finished) {
      lane.finish(batch);
      for (const { part, count } of batch.shares) part.request.finish(part, count);
    } else {
      this.#options.observer.runEnded(announcementOf(batch.entry));
      const last = lane.endRun();
      if (last) this.#reAnnouncer.ring(last);
    }
    for (const { part, count, bytes } of batch.shares) this.#release(part.request.caller, { count, bytes });
    const ended = performance.now();
    lane.restsUntil = ended + Math.min(LONGEST_REST_MS, ended - begun);
    if (lane.hasWaiting) this.#makeReady(lane);
    else this.#lanes.rests(lane);
    this.#pump();
  }

  #release(caller: CallerName, amount: { count: number; bytes: number }): void {
    this.#held.remove(caller, amount);
    if (this.#held.count === 0) this.#whenIdle?.();
  }

  async #idle(limitMs: number): Promise<void> {
    if (this.#held.count === 0) return;
    await within(limitMs, new Promise<void>((resolve) => (this.#whenIdle = resolve)));
  }
}

/** Resolves with `work`, or after `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const end = new AbortController();
  await Promise.race([work, pause(ms, end.signal)]);
  end.abort();
}
