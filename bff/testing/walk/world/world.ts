import { ENTRY_LIFE_MS, PARTITION_VERSION, type Position } from '@tocsin/contracts';
import { LostDocumentError, TemporaryError } from '../../../src/deliver/errors.ts';
import { receiveAnnouncement } from '../../../src/deliver/receive/announcement.ts';
import type { FeedLimits } from '../../../src/feed/limits.ts';
import { testProofs } from '../../test-proofs.ts';
import { CallError, type Fate } from './calls.ts';
import { Checker } from '../check/checker.ts';
import { WalkClient } from './clients.ts';
import { WalkInstance } from './instance.ts';
import { FEED, PARTITION } from './places.ts';
import { WalkCaller, WalkProducer } from './producers.ts';
import type { Report } from '../check/report.ts';
import { Store, type WalkAnnouncement } from './store.ts';
import { TurnCalls } from './turn-calls.ts';

const WALK_START = '2026-01-01T00:00:00Z';
const START = Date.parse(WALK_START);
const RETRIES = 4;
const RETIRED_AFTER_MS = 120_000;

/** Settings that stay fixed during a walk. */
export interface Setting {
  /** Whether the instances' clock is stopped. */
  clockIsFrozen: boolean;
  historyMax: number;
  historyTtlMs: number;
  /** Size of a full segment (bytes). With small segments, chains grow and merge sooner. */
  segmentBytes: number;
  /** Whether to keep copies of the store for rollbacks. */
  snapshots: boolean;
}

/** The simulated world of a walk: a feed, two producers, two instances, three callers, three clients and a Redis. */
export class World {
  readonly entryLifeMs = ENTRY_LIFE_MS;
  readonly limits: FeedLimits;
  time = START;
  losses = 0;
  segmentLost = false;
  isBackplaneDown = false;
  /** For each instance, the index of the instance that it believes hosts the actors. */
  readonly placement = [0, 0];
  store = new Store();
  lateEffects: (() => void)[] = [];
  readonly runsWithLostAnnouncement = new Set<string>();
  readonly expiredUncommitted = new Set<string>();
  /** Expiry times of posted notifications, keyed by id. */
  readonly expiresAtById = new Map<string, string>();
  readonly checker: Checker;
  readonly turns = new TurnCalls(this);
  readonly producers: WalkProducer[];
  readonly callers = [new WalkCaller(), new WalkCaller(), new WalkCaller()];
  readonly instances: WalkInstance[];
  readonly clients: WalkClient[];
  readonly report: Report;
  readonly #setting: Setting;
  #postedCount = 0;
  #snapshots: Store[] = [];
  #retired: { at: number; keys: readonly string[] }[] = [];
  /** Deliveries in progress. An announcement can have two deliveries at the same time. */
  readonly #deliveries = new Map<WalkInstance, { announcement: WalkAnnouncement }[]>();

  constructor(setting: Setting, report: Report) {
    this.#setting = setting;
    this.report = report;
    const { historyMax, historyTtlMs, segmentBytes } = setting;
    const history = { historyMax, historyTtlMs, historyBytes: 40 * segmentBytes };
    this.limits = { ...history, unmarkedLifeMs: historyTtlMs, idsMax: 400, entryLifeMs: ENTRY_LIFE_MS };
    this.checker = new Checker(this, report);
    this.producers = [0, 1].map((index) => new WalkProducer(this, index));
    this.instances = [0, 1].map((index) => new WalkInstance(this, index));
    this.clients = [0, 1, 2].map(() => new WalkClient(this));
  }

  /** The instances' clock. */
  get clock(): number {
    return this.#setting.clockIsFrozen ? START : this.time;
  }

  get storeLost(): boolean {
    return this.losses > 0;
  }

  /** The feed's position; `undefined` before the feed is first used. */
  get position(): Position | undefined {
    const { head, origin } = this.store;
    if (head) return { epoch: head.head.epoch, offset: head.head.offset };
    return origin === undefined ? undefined : { epoch: origin, offset: 0 };
  }

  get canRollBack(): boolean {
    return this.#snapshots.length > 0;
  }

  effectLater(effect: () => void): void {
    this.lateEffects.push(effect);
  }

  /** Applies a change to the store that a rollback can undo. */
  change<T>(effect: () => T): T {
    if (this.#setting.snapshots) {
      this.#snapshots.push(this.store.copy());
      if (this.#snapshots.length > 8) this.#snapshots.shift();
    }
    return effect();
  }

  /** Performs a producer's or Dapr's write. No step has to let it through. Returns false if the outcome is unknown. */
  attempt(effect: () => void, fate: Fate): boolean {
    if (fate === 'good' || fate === 'done') this.change(effect);
    if (fate === 'late') this.effectLater(() => this.change(effect));
    return fate === 'good';
  }

  /** Returns ids for `count` new notifications, which expire after `lifeMs` if given. */
  newIds(count: number, lifeMs?: number): string[] {
    const ids = Array.from({ length: count }, () => `n${++this.#postedCount}`);
    const expiresAt = new Date(this.time + (lifeMs ?? 0)).toISOString();
    if (lifeMs !== undefined) for (const id of ids) this.expiresAtById.set(id, expiresAt);
    return ids;
  }

  retire(keys: readonly string[]): void {
    this.#retired.push({ at: this.time + RETIRED_AFTER_MS, keys });
  }

  advanceTime(ms: number): void {
    this.time += ms;
    while (this.#retired[0] && this.#retired[0].at <= this.time) {
      for (const key of this.#retired.shift()?.keys ?? []) this.store.documents.delete(key);
    }
  }

  /** Delivers an announcement to an instance. `twice` allows this while another delivery of it is in progress. */
  deliver(index: number, caller: WalkInstance, twice: boolean): void {
    const announcement = this.store.stream[index];
    if (
      !announcement ||
      caller.paused ||
      caller.deliveries >= 3 ||
      (announcement.deliveriesInProgress > 0 && !twice)
    )
      return;
    announcement.deliveriesInProgress++;
    caller.deliveries++;
    const deliveries = this.#deliveries.get(caller) ?? [];
    const delivery = { announcement };
    deliveries.push(delivery);
    this.#deliveries.set(caller, deliveries);
    const { run, seq, expiresAt } = announcement;
    const end = () => {
      if (!caller.alive) return;
      caller.deliveries--;
      announcement.deliveriesInProgress--;
      deliveries.splice(deliveries.indexOf(delivery), 1);
    };
    const acknowledge = async () => {
      this.checker.onSuccess(announcement, this.store.stream.includes(announcement));
      await caller.calls.write(() => this.change(() => this.#remove(announcement)));
    };
    const onFailure = (error: unknown) => {
      if (!caller.alive) return;
      this.#reportUnexpected(error);
      if (++announcement.deliveries > RETRIES && this.store.stream.includes(announcement)) {
        this.#remove(announcement);
        this.store.dead.push(announcement);
      }
    };
    receiveAnnouncement(
      { v: PARTITION_VERSION, run, partition: PARTITION, seq, expiresAt },
      {
        routeFeedTurn: (_feed, announced, hints) => this.turns.routeFeedTurn(caller, announced, hints),
        routePartitionTurn: (_partition, announced) => this.turns.routePartitionTurn(caller, announced),
        marks: caller.marks,
        setAside: caller.setAside,
        onStep: caller.onStep,
      },
    )
      .then(() => (caller.alive ? acknowledge() : undefined))
      .catch(onFailure)
      .finally(end);
  }

  /** Acts as the dead-letter subscriber: re-announces a dead letter, and then removes it if it was re-announced. */
  revive(fate: Fate): void {
    const [announcement] = this.store.dead;
    if (!announcement) return;
    const revived = { ...announcement, deliveries: 0, deliveriesInProgress: 0 };
    if (this.attempt(() => this.store.stream.push(revived), fate)) this.store.dead.shift();
  }

  /** Kills an instance. Bit i of `applied` decides whether the i-th pending call, if a write, still takes effect. */
  kill(instance: WalkInstance, applied: number): void {
    this.report.log(`kill instance ${instance.index}`);
    instance.alive = false;
    this.turns.onKilled(instance);
    for (const { announcement } of this.#deliveries.get(instance) ?? []) announcement.deliveriesInProgress--;
    instance.calls.abandon(applied);
    this.instances[instance.index] = new WalkInstance(this, instance.index);
    for (const client of this.clients) if (client.instance === instance) client.disconnect();
  }

  /** Reopens a client's tab at its position from `age` positions ago or, if `ahead` > 0, `ahead` past the head. */
  reopen(index: number, age: number, ahead: number): void {
    const { head } = this.store.head ?? {};
    const before = this.clients[index];
    const positions = before?.positions ?? [];
    const saved =
      ahead > 0 && head ? { epoch: head.epoch, offset: head.offset + ahead } : positions.at(-1 - age);
    before?.disconnect();
    this.clients[index] = new WalkClient(this, positions, saved);
  }

  emptyStore(): void {
    this.#lose(new Store(), 'emptied');
  }

  rollBack(index: number): void {
    const snapshot = this.#snapshots[index % this.#snapshots.length];
    if (snapshot) this.#lose(snapshot, 'rolled back');
  }

  loseSegment(index: number): void {
    const segments = this.store.head?.head.segments ?? [];
    const segment = segments[index % segments.length];
    if (!segment) return;
    this.losses++;
    this.segmentLost = true;
    this.report.log(`segment ${segment.key} lost`);
    this.store.documents.delete(segment.key);
  }

  /** Sends an instance a forged broadcast without a valid proof. */
  forgeBroadcast(
    instance: WalkInstance,
    { epoch, offset }: Position,
    proof: 'none' | 'wrong' | 'stale',
  ): void {
    const { position } = this;
    const title = 'forged';
    const notification = { id: title, feed: FEED, severity: 'info', title, createdAt: WALK_START } as const;
    const stale = position && testProofs.of(FEED, position);
    const proofs = { none: undefined, wrong: 'AAAAAAAAAAAAAAAAAAAAAA', stale };
    const publications = [{ offset, notification }];
    instance.pendingBroadcasts.push({ feed: FEED, epoch, publications, proof: proofs[proof] });
    this.report.count('forged broadcasts');
  }

  /** Lets a day pass and removes the previous day's entries. Runs and ids expire by the instances' clock. */
  passDay(): void {
    this.time += this.entryLifeMs + 1;
    this.#snapshots = [];
    this.report.log('a day passes');
    for (const [key, { storedAt }] of this.store.entries) {
      if (this.time - storedAt <= this.entryLifeMs) continue;
      this.store.entries.delete(key);
      if (!this.checker.committed.has(key)) this.expiredUncommitted.add(key);
    }
  }

  loseAnnouncement(index: number): void {
    const { stream } = this.store;
    const [announcement] = stream.splice(index % stream.length, 1);
    if (announcement) this.runsWithLostAnnouncement.add(announcement.run);
  }

  isQuiet(): boolean {
    const { stream, dead } = this.store;
    return (
      ![stream, dead, this.lateEffects].some((list) => list.length > 0) &&
      this.callers.every(({ ids }) => !ids) &&
      this.producers.every(({ isIdle, needsReannouncement }) => isIdle && !needsReannouncement) &&
      this.instances.every(
        ({ calls, pendingBroadcasts }) => calls.waiting === 0 && pendingBroadcasts.length === 0,
      )
    );
  }

  #lose(store: Store, how: string): void {
    this.store = store;
    this.#snapshots = [];
    this.losses++;
    this.checker.onStoreLost();
    this.turns.onStoreLost();
    this.report.count('store losses');
    this.report.log(`STORE ${how}: head ${store.head?.head.epoch}:${store.head?.head.offset}`);
  }

  #remove(announcement: WalkAnnouncement): void {
    this.store.stream = this.store.stream.filter((other) => other !== announcement);
  }

  #reportUnexpected(error: unknown): void {
    if (error instanceof CallError || error instanceof TemporaryError || error instanceof LostDocumentError)
      return;
    this.report.violation('CRASH', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
