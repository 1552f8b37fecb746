import { PARTITION_VERSION, partitionEntryKey, type PartitionEntry } from '@tocsin/contracts';
import type { Fate } from './calls.ts';
import type { Checker } from '../check/checker.ts';
import { FEED, PARTITION } from './places.ts';
import type { Store } from './store.ts';

const ATTEMPTS = 5;

/** The parts of the world that producers and callers use. */
interface ProducersWorld {
  readonly store: Store;
  readonly checker: Checker;
  readonly time: number;
  /** An entry's lifetime in milliseconds. */
  readonly entryLifeMs: number;
  readonly expiresAtById: ReadonlyMap<string, string>;
  attempt(effect: () => void, fate: Fate): boolean;
}

interface Post {
  ids: string[];
  answer(accepted: boolean, entry?: string): void;
}

/**
 * A model of the producer; `producer/src/produce/no-gaps.test.ts` shows that the real producer behaves like this.
 * Deposits and announces one entry at a time. If an outcome is unknown, retries a few times with the same key and
 * content. If it can't finish an entry, it ends the run. The last entry of a run is announced once more.
 */
export class WalkProducer {
  run = '';
  finished = 0;
  reannounced = 0;
  queue: Post[] = [];
  #seq = 0;
  #finishedAt = 0;
  #current: Post[] | undefined;
  #process: Generator<void, void, Fate>;
  readonly #world: ProducersWorld;
  readonly #name: string;
  #generation = 0;

  constructor(world: ProducersWorld, index: number) {
    this.#world = world;
    this.#name = `P${index}`;
    this.#newRun();
    this.#process = this.#start();
  }

  get isIdle(): boolean {
    return this.queue.length === 0 && !this.#current;
  }

  /** Whether the run's last entry still has to be re-announced. */
  get needsReannouncement(): boolean {
    return this.isIdle && this.finished > this.reannounced;
  }

  /** Lets the producer's next call through with this fate. */
  step(fate: Fate): void {
    this.#process.next(fate);
  }

  reannounce(fate: Fate): void {
    const { run, finished } = this;
    if (this.#world.attempt(() => this.#announce(run, finished), fate)) this.reannounced = finished;
  }

  kill(): void {
    const unanswered = [...(this.#current ?? []), ...this.queue];
    this.queue = [];
    this.#current = undefined;
    this.#newRun();
    this.#process = this.#start();
    for (const post of unanswered) post.answer(false);
  }

  #newRun(): void {
    this.run = `${this.#name}${String(this.#generation++).padStart(6, '0')}`;
    this.#seq = this.finished = this.reannounced = 0;
  }

  #announce(run: string, seq: number): void {
    const { store, time, entryLifeMs } = this.#world;
    const expiresAt = new Date(time + entryLifeMs).toISOString();
    store.stream.push({ run, seq, expiresAt, deliveries: 0, deliveriesInProgress: 0 });
  }

  #start(): Generator<void, void, Fate> {
    const process = this.#produce();
    process.next();
    return process;
  }

  *#produce(): Generator<void, void, Fate> {
    for (;;) {
      let fate = yield;
      if (this.queue.length === 0) continue;
      const posts = (this.#current = this.queue.splice(0, 3));
      const ids = posts.flatMap((post) => post.ids);
      const run = this.run;
      const seq = ++this.#seq;
      const entry = this.#entryOf(run, seq, ids);
      const key = partitionEntryKey(entry);
      const deposit = () => {
        this.#world.store.entries.set(key, { text: JSON.stringify(entry), storedAt: this.#world.time });
        this.#world.checker.onDeposit(key);
      };
      const calls = [deposit, () => this.#announce(run, seq)];
      let finishedCalls = 0;
      for (let attempts = 0; finishedCalls < 2 && attempts < ATTEMPTS; attempts++) {
        if (this.#world.attempt(calls[finishedCalls] as () => void, fate)) finishedCalls++;
        if (attempts === 3 && finishedCalls < 2) for (const post of posts) post.answer(false);
        if (finishedCalls < 2) fate = yield;
      }
      this.#current = undefined;
      if (finishedCalls === 2) {
        this.finished = seq;
        this.#finishedAt = this.#world.time;
      }
      for (const post of posts) post.answer(finishedCalls === 2, key);
      if (finishedCalls < 2) {
        const { finished } = this;
        this.#newRun();
        const isUnexpired = this.#finishedAt + this.#world.entryLifeMs > this.#world.time;
        if (finished > 0 && isUnexpired) this.#world.attempt(() => this.#announce(run, finished), 'good');
      }
    }
  }

  #entryOf(run: string, seq: number, ids: string[]): PartitionEntry {
    const { time, entryLifeMs, checker, expiresAtById } = this.#world;
    for (const id of ids) checker.onAttempt(id, partitionEntryKey({ run, partition: PARTITION, seq }));
    const createdAt = new Date(time).toISOString();
    const notifications = ids.map((id) => {
      const expiresAt = expiresAtById.get(id);
      return { id, feed: FEED, severity: 'info', title: id, createdAt, ...(expiresAt && { expiresAt }) };
    });
    const expiresAt = new Date(time + entryLifeMs).toISOString();
    return { v: PARTITION_VERSION, run, partition: PARTITION, seq, expiresAt, notifications };
  }
}

/** Sends notifications to either producer, and repeats them with the same ids until they are accepted. */
export class WalkCaller {
  ids: string[] | undefined;
  busy = false;

  post(world: Pick<ProducersWorld, 'store' | 'checker'>, ids: string[], producer: WalkProducer): void {
    let open = true;
    this.ids = ids;
    this.busy = true;
    const answer = (accepted: boolean, entry?: string) => {
      if (!open) return;
      open = false;
      this.busy = false;
      if (!accepted || entry === undefined) return;
      for (const id of ids) world.checker.accepted.set(id, { entry, epoch: world.store.head?.head.epoch });
      this.ids = undefined;
    };
    producer.queue.push({ ids, answer });
  }
}
