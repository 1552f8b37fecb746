import { DOCUMENT_VERSION, ENTRY_LIFE_MS, type Position } from '@tocsin/contracts';
import { LostDocumentError, TemporaryError } from '../../deliver/errors.ts';
import type { CallerKnowledge } from '../../deliver/load.ts';
import { receiveAnnouncement } from '../../deliver/receive.ts';
import type { Announced, TurnResult } from '../../deliver/take.ts';
import type { FeedLimits } from '../../feed/limits.ts';
import { CallFailed, type Fate } from './calls.ts';
import { Checker } from './checker.ts';
import { WalkClient } from './clients.ts';
import { WalkInstance } from './instance.ts';
import type { Fault } from './faults.ts';
import { FEED, WalkCaller, WalkProducer } from './producers.ts';
import type { Random } from './random.ts';
import type { Report } from './report.ts';
import { Store, type Doorbell } from './store.ts';

export const STEP_MS = 500;
const START = Date.parse('2026-01-01T00:00:00Z');
const RETRIES = 4;
const RETIRED_AFTER_MS = 120_000;

interface Call {
  host: WalkInstance;
  said: Position | undefined;
  /** Whether the store was lost while it was under way. */
  sawLoss: boolean;
  reject(error: Error): void;
}

/** One feed, two producers, two instances, three callers, three clients and their one Redis. */
export class World {
  readonly random: Random;
  readonly life = ENTRY_LIFE_MS;
  /** Segments are full with about ten publications, so that chains grow and are merged; nothing is trimmed. */
  readonly limits: FeedLimits = {
    ...{ historyMax: 100_000, historyBytes: 40 * 1_500, historyTtlMs: 1_000 * ENTRY_LIFE_MS },
    ...{ idsMax: 400, entryLifeMs: ENTRY_LIFE_MS },
  };
  time = START;
  calm = false;
  losses = 0;
  segmentLost = false;
  busRisk = 0.08;
  placement = 0;
  store = new Store();
  landing: (() => void)[] = [];
  readonly doorbellLost = new Set<string>();
  readonly expiredUnseen = new Set<string>();
  readonly checker: Checker;
  readonly producers: WalkProducer[];
  readonly callers = [new WalkCaller(), new WalkCaller(), new WalkCaller()];
  instances: WalkInstance[];
  readonly clients: WalkClient[];
  readonly #faults: ReadonlySet<Fault>;
  readonly report: Report;
  readonly #clockStands: boolean;
  #snapshots: Store[] = [];
  #retired: { at: number; keys: readonly string[] }[] = [];
  /** Calls of hosts under way, those of one host in the order of their turns. */
  readonly #calls = new Set<Call>();
  /** Deliveries under way; one announcement can be delivered twice at a time. */
  readonly #held = new Map<WalkInstance, { bell: Doorbell }[]>();

  constructor(random: Random, faults: ReadonlySet<Fault>, report: Report) {
    this.random = random;
    this.#faults = faults;
    this.report = report;
    this.#clockStands = faults.has('clock') && random.chance(0.3);
    this.checker = new Checker(this, report);
    this.producers = [0, 1].map((index) => new WalkProducer(this, index));
    this.instances = [0, 1].map((index) => new WalkInstance(this, index));
    this.clients = [0, 1, 2].map(() => new WalkClient(this));
  }

  /** The time that the instances see: in some walks it does not advance. */
  get clock(): number {
    return this.#clockStands ? START : this.time;
  }

  get storeLost(): boolean {
    return this.losses > 0;
  }

  on(fault: Fault): boolean {
    return !this.calm && this.#faults.has(fault);
  }

  land(effect: () => void): void {
    this.landing.push(effect);
  }

  /** Every change of the store goes through here, so that it can be rolled back. */
  change<T>(effect: () => T): T {
    if (this.#faults.has('rollback')) {
      this.#snapshots.push(this.store.copy());
      if (this.#snapshots.length > 8) this.#snapshots.shift();
    }
    return effect();
  }

  /** A write of a producer or of Dapr, done at once; false when its outcome is not known. */
  attempt(effect: () => void, risk: number): boolean {
    const fate = this.#fate(true, risk);
    if (fate === 'good' || fate === 'done') this.change(effect);
    if (fate === 'late') this.land(() => this.change(effect));
    return fate === 'good';
  }

  retire(keys: readonly string[]): void {
    this.#retired.push({ at: this.time + RETIRED_AFTER_MS, keys });
  }

  tick(): void {
    this.time += STEP_MS;
    while (this.#retired[0] && this.#retired[0].at <= this.time) {
      for (const key of this.#retired.shift()?.keys ?? []) this.store.documents.delete(key);
    }
  }

  letThrough(instance: WalkInstance): void {
    const { pending } = instance.calls;
    const [call] = pending.splice(this.random.below(pending.length), 1);
    call?.finish(this.#fate(call.write, call.risk));
  }

  async callFeed(from: WalkInstance, announced: Announced, caller: CallerKnowledge): Promise<TurnResult> {
    const way = () => from.calls.read(() => undefined);
    const said = structuredClone(caller);
    await way();
    const other = this.on('overlap') && this.random.chance(0.2);
    const host = this.instances[other ? 1 - this.placement : this.placement] as WalkInstance;
    const result = await new Promise<TurnResult>((resolve, reject) => {
      const call = { host, said: said.heard, sawLoss: false, reject };
      this.#calls.add(call);
      const end = () => this.#calls.delete(call);
      host.host.turn(FEED, announced, said).finally(end).then(resolve, reject);
    });
    await way();
    return structuredClone(result);
  }

  get turnsUnderWay(): boolean {
    return this.#calls.size > 0;
  }

  /** What the caller of the host's turn under way had heard, unless the store was lost since. */
  saidTo(host: WalkInstance): Position | undefined {
    return this.sawLoss(host) ? undefined : this.#turnOf(host)?.said;
  }

  sawLoss(host: WalkInstance): boolean {
    return this.#turnOf(host)?.sawLoss ?? false;
  }

  /** Hands an announcement to one of the competing instances. */
  deliver(): void {
    const { stream } = this.store;
    const bell = this.random.pick(stream.slice(0, this.#faults.has('reorder') ? 4 : 1));
    const caller = this.random.pick(this.instances);
    if (!bell || caller.paused || caller.deliveries >= 3) return;
    if (bell.holders > 0 && !(this.on('overlap') && this.random.chance(0.1))) return;
    bell.holders++;
    caller.deliveries++;
    const held = this.#held.get(caller) ?? [];
    const delivery = { bell };
    held.push(delivery);
    this.#held.set(caller, held);
    const { run, seq, expiresAt } = bell;
    const end = () => {
      if (!caller.alive) return;
      caller.deliveries--;
      bell.holders--;
      held.splice(held.indexOf(delivery), 1);
    };
    const acknowledge = async () => {
      this.checker.succeeds(bell, this.store.stream.includes(bell));
      await caller.calls.write(() => this.change(() => this.#remove(bell)));
    };
    const again = (error: unknown) => {
      if (!caller.alive) return;
      this.#judge(error);
      if (++bell.deliveries > RETRIES && this.#faults.has('dead') && this.store.stream.includes(bell)) {
        this.#remove(bell);
        this.store.dead.push(bell);
      }
    };
    receiveAnnouncement(
      { v: DOCUMENT_VERSION, run, feed: FEED, seq, expiresAt },
      {
        callFeed: (_feed, announced, knowledge) => this.callFeed(caller, announced, knowledge),
        heard: caller.heard,
        setAside: caller.setAside,
        reach: () => Promise.resolve(),
      },
    )
      .then(() => (caller.alive ? acknowledge() : undefined))
      .catch(again)
      .finally(end);
  }

  /** The subscriber of dead letters: announces again, and is done once that is known. */
  revive(): void {
    const [bell] = this.store.dead;
    if (!bell) return;
    const again = { ...bell, deliveries: 0, holders: 0 };
    if (this.attempt(() => this.store.stream.push(again), 0.06)) this.store.dead.shift();
  }

  kill(instance: WalkInstance): void {
    this.report.log(`kill instance ${instance.index}`);
    instance.alive = false;
    for (const call of this.#calls) if (call.host === instance) call.reject(new CallFailed('killed'));
    for (const { bell } of this.#held.get(instance) ?? []) bell.holders--;
    // What it has sent may still be done; nobody hears of it.
    for (const call of instance.calls.pending.splice(0)) {
      if (call.write && this.random.chance(0.4)) call.finish('done');
    }
    this.instances[instance.index] = new WalkInstance(this, instance.index);
    for (const client of this.clients) if (client.instance === instance) client.disconnect();
  }

  empty(): void {
    this.#lose(new Store(), 'emptied');
  }

  rollBack(): void {
    const [snapshot] = this.#snapshots.splice(this.random.below(5), 1);
    if (snapshot) this.#lose(snapshot, 'rolled back');
  }

  loseSegment(): void {
    const segment = this.random.pick(this.store.head?.head.segments ?? []);
    if (!segment) return;
    this.losses++;
    this.segmentLost = true;
    this.report.log(`segment ${segment.key} lost`);
    this.store.documents.delete(segment.key);
  }

  /** Entries and runs of yesterday are forgotten. */
  passDay(): void {
    this.time += this.life + 1;
    this.#snapshots = [];
    this.report.log('a day passes');
    for (const [key, { born }] of this.store.entries) {
      if (this.time - born <= this.life) continue;
      this.store.entries.delete(key);
      if (!this.checker.committed.has(key)) this.expiredUnseen.add(key);
    }
  }

  loseDoorbell(): void {
    const { stream } = this.store;
    const [bell] = stream.splice(this.random.below(stream.length), 1);
    if (bell) this.doorbellLost.add(bell.run);
  }

  quiet(): boolean {
    const { stream, dead } = this.store;
    return (
      ![stream, dead, this.landing].some((list) => list.length > 0) &&
      this.callers.every(({ ids }) => !ids) &&
      this.producers.every(({ rests }) => rests) &&
      this.instances.every(({ calls, inbox }) => calls.pending.length === 0 && inbox.length === 0)
    );
  }

  #lose(store: Store, how: string): void {
    this.store = store;
    this.#snapshots = [];
    this.losses++;
    this.checker.lost();
    for (const call of this.#calls) call.sawLoss = true;
    this.report.count('store losses');
    this.report.log(`STORE ${how}: head ${store.head?.head.epoch}:${store.head?.head.offset}`);
  }

  #turnOf(host: WalkInstance): Call | undefined {
    return [...this.#calls].find((call) => call.host === host);
  }

  #remove(bell: Doorbell): void {
    this.store.stream = this.store.stream.filter((other) => other !== bell);
  }

  #fate(write: boolean, risk: number): Fate {
    if (!this.on('unknown') || !this.random.chance(risk)) return 'good';
    if (!write) return 'lost';
    const fate = this.random.pick(['done', 'late', 'lost'] as const);
    return fate === 'late' && !this.#faults.has('late') ? 'lost' : fate;
  }

  #judge(error: unknown): void {
    if (error instanceof CallFailed || error instanceof TemporaryError || error instanceof LostDocumentError)
      return;
    this.report.violation('CRASH', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
