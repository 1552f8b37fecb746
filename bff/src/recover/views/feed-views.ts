import type { PositionEvent, PublicationsEvent } from '@tocsin/contracts';
import { positionOf, type Broadcast } from '../../deliver/ports.ts';
import type { LimitsOf } from '../../feed/limits.ts';
import { isHigher } from '../../feed/position.ts';
import { fairShare } from './fair-share.ts';
import { FeedView } from './feed-view.ts';
import type { ViewDependencies } from './view-dependencies.ts';

export interface ViewsDependencies extends Omit<ViewDependencies, 'limits'> {
  limitsOf: LimitsOf;
  /** Maximum JSON bytes of publications in memory, across all views. */
  maxBytes: number;
  /** Called after views have dropped publications because all views together exceeded `maxBytes`. */
  onTrimmed?: () => void;
  /** Called every 8 s with each watched feed's position. Calls for different feeds are spread over this time. */
  onPosition?: (position: PositionEvent) => void;
}

/** Trimming reduces the memory to this share of the limit, so that the next trim isn't due right away. */
const KEPT_SHARE = 0.9;

const TICK_MS = 250;
/** Number of ticks between two checks of the total memory. */
const TICKS_PER_TRIM = 4;
/**
 * Work on feeds is spread over this many slots of TICK_MS (8 s in total). In each slot, some feeds' positions are sent,
 * because browsers must get every feed's position at least every 10 s.
 */
const SLOTS = 32;
/**
 * Delay before the first comparison after a publication. Another publication often follows soon, and shares the
 * comparison.
 */
const FIRST_COMPARISON_MS = 2_000;
/**
 * Time between later comparisons. If the broadcast of a feed's last publication is lost, it takes up to this long to
 * notice.
 */
const COMPARISON_INTERVAL_MS = 30_000;
/** Views without watchers or reads are dropped after this time. */
const IDLE_MS = 60_000;
/**
 * Maximum number of unwatched feeds, since anyone can request any number of feeds. At the limit, the least recently
 * read views are dropped early.
 */
const MAX_UNWATCHED = 1_000;

const currentSlot = (): number => Math.floor(performance.now() / TICK_MS);

/** Times are in ms of `performance.now()`, which doesn't jump when the clock is set. */
interface ManagedView {
  view: FeedView;
  watchers: number;
  compareAt: number;
  /** Whether comparisons happen every COMPARISON_INTERVAL_MS. */
  isRegular: boolean;
  usedAt: number;
  slot: number;
}

/** Views of the feeds that this instance reads. Each view is compared with the feed's head until dropped. */
export class FeedViews {
  readonly #dependencies: ViewsDependencies;
  readonly #onError: (feed: string, error: unknown) => void;
  readonly #views = new Map<string, ManagedView>();
  /** Views without watchers, the least recently used first. */
  readonly #unwatched = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;
  /** When the comparisons after missed broadcasts end (ms of `performance.now()`). */
  #allComparedAt = 0;
  #hasMissedMore = false;
  #viewsCreated = 0;
  #slot = currentSlot();

  constructor(dependencies: ViewsDependencies, onError: (feed: string, error: unknown) => void) {
    this.#dependencies = dependencies;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  view(feed: string): FeedView {
    return this.#managed(feed).view;
  }

  watch(feed: string): void {
    const managed = this.#managed(feed);
    managed.view.joined();
    if (managed.watchers++ > 0) return;
    this.#unwatched.delete(feed);
    managed.view.markOutdated();
    this.#compareIn(managed, managed.view.position ? 0 : FIRST_COMPARISON_MS);
  }

  unwatch(feed: string): void {
    const managed = this.#views.get(feed);
    if (!managed) return;
    managed.watchers = Math.max(0, managed.watchers - 1);
    if (managed.watchers === 0) this.#unwatched.add(feed);
  }

  /**
   * Handles a broadcast. If it doesn't continue the ring, immediately triggers a comparison. Returns what to send to
   * watching browsers, if anything.
   */
  receive(broadcast: Broadcast): PublicationsEvent | undefined {
    const publications =
      this.#dependencies.withAllowedIcons?.(broadcast.publications) ?? broadcast.publications;
    const event = { ...broadcast, publications };
    const managed = this.#views.get(event.feed);
    if (!managed) {
      const position = positionOf(event);
      if (this.#dependencies.proofs.verify(event.feed, position, event.proof))
        this.#dependencies.marks.raise(event.feed, position);
      return undefined;
    }
    const { continues, shown } = managed.view.receive(event);
    this.#compareIn(managed, continues ? FIRST_COMPARISON_MS : 0);
    return shown;
  }

  /**
   * Call when broadcasts for any feed were missed. Compares all feeds with their heads over the next 8 s. Another call
   * during that time triggers another round afterwards.
   */
  compareAll(): void {
    const now = performance.now();
    this.#hasMissedMore = now < this.#allComparedAt;
    if (this.#hasMissedMore) return;
    this.#allComparedAt = now + SLOTS * TICK_MS;
    for (const managed of this.#views.values())
      managed.compareAt = Math.min(managed.compareAt, now + managed.slot * TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #managed(feed: string): ManagedView {
    let managed = this.#views.get(feed);
    if (!managed) {
      const view = new FeedView(feed, { ...this.#dependencies, limits: this.#dependencies.limitsOf(feed) });
      const slot = this.#viewsCreated++ % SLOTS;
      managed = { view, watchers: 0, compareAt: 0, isRegular: false, usedAt: 0, slot };
      this.#compareIn(managed, FIRST_COMPARISON_MS);
      this.#makeRoom();
      this.#views.set(feed, managed);
    }
    if (managed.watchers === 0) {
      // Keep the set ordered by last use.
      this.#unwatched.delete(feed);
      this.#unwatched.add(feed);
    }
    managed.usedAt = performance.now();
    return managed;
  }

  /** Drops unwatched views if there are too many. This is safe: the next read loads the head again. */
  #makeRoom(): void {
    if (this.#unwatched.size < MAX_UNWATCHED) return;
    let dropped = 0;
    for (const feed of this.#unwatched) {
      this.#drop(feed);
      if (++dropped === MAX_UNWATCHED / 10) return;
    }
  }

  #drop(feed: string): void {
    this.#views.delete(feed);
    this.#unwatched.delete(feed);
  }

  /** Number of feeds being read or watched. */
  get size(): number {
    return this.#views.size;
  }

  /** Number of feeds with subscribed browsers on this instance. */
  get watched(): number {
    let count = 0;
    for (const { watchers } of this.#views.values()) if (watchers > 0) count++;
    return count;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { view } of this.#views.values()) bytes += view.bytes;
    return bytes;
  }

  /**
   * If the views exceed the memory limit, drops all cached segments. If that isn't enough, also drops the oldest
   * publications from the largest views.
   */
  #trim(): void {
    const { maxBytes, onTrimmed } = this.#dependencies;
    const bytes = this.bytes;
    if (bytes <= maxBytes) return;
    this.#dropOldest(maxBytes);
    // Each view keeps its newest publication, so it's possible that nothing was dropped.
    if (this.bytes < bytes) onTrimmed?.();
  }

  #dropOldest(maxBytes: number): void {
    const views = [...this.#views.values()].map(({ view }) => view);
    for (const view of views) view.dropSegments();
    if (this.bytes <= maxBytes) return;
    const share = fairShare(
      views.map(({ bytes }) => bytes),
      KEPT_SHARE * maxBytes,
    );
    for (const view of views) if (view.bytes > share) view.trimTo(share);
  }

  #compareIn(managed: ManagedView, ms: number): void {
    managed.compareAt = performance.now() + ms;
    managed.isRegular = false;
  }

  async #compare(feed: string, managed: ManagedView): Promise<void> {
    const before = managed.view.position;
    // Spread out the comparisons of feeds that were compared together, for example after all browsers reconnected.
    const spread = managed.isRegular ? 0 : managed.slot * TICK_MS;
    managed.compareAt = performance.now() + COMPARISON_INTERVAL_MS - spread;
    managed.isRegular = true;
    try {
      await managed.view.compare();
      // The comparison found a lost broadcast, and the next one could be lost too.
      if (before && isHigher(managed.view.position, before))
        this.#compareIn(managed, Math.min(managed.compareAt - performance.now(), FIRST_COMPARISON_MS));
    } catch (error) {
      this.#compareIn(managed, FIRST_COMPARISON_MS);
      this.#onError(feed, error);
    }
  }

  /**
   * Advances to the current time slot. Returns a function that checks whether a slot has started since the last call,
   * no matter how late this call is.
   */
  #nextPositions(): (slot: number) => boolean {
    const current = currentSlot();
    const passed = Math.min(current - this.#slot, SLOTS);
    this.#slot = current;
    return (slot) => (((current - slot) % SLOTS) + SLOTS) % SLOTS < passed;
  }

  #reportPosition(feed: string, { view, watchers }: ManagedView): void {
    const position = watchers > 0 ? view.position : undefined;
    if (position) this.#dependencies.onPosition?.({ feed, epoch: position.epoch, offset: position.offset });
  }

  #tick(): void {
    if (this.#ticks++ % TICKS_PER_TRIM === 0) this.#trim();
    const isPositionDue = this.#nextPositions();
    const due: [string, ManagedView][] = [];
    const now = performance.now();
    if (this.#hasMissedMore && now >= this.#allComparedAt) this.compareAll();
    for (const [feed, managed] of this.#views) {
      if (isPositionDue(managed.slot)) due.push([feed, managed]);
      if (managed.watchers === 0 && managed.usedAt + IDLE_MS < now) {
        this.#drop(feed);
        continue;
      }
      if (managed.compareAt > now) continue;
      void this.#compare(feed, managed);
    }
    // Report after the loop: reporting can read a view, which can add views or drop them.
    for (const [feed, managed] of due) this.#reportPosition(feed, managed);
  }
}
