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
  /** Called after the views dropped publications because they were over the limit. */
  onTrimmed?: () => void;
  /** Called every 8 s with each watched feed's position. Calls for different feeds are spread over this time. */
  onPosition?: (position: PositionEvent) => void;
}

/** Trimming goes down to this share of the limit, so that the next trim isn't due right away. */
const KEPT_SHARE = 0.9;

const TICK_MS = 250;
/** Number of ticks between computations of the total memory. */
const TICKS_PER_TRIM = 4;
/**
 * Number of TICK_MS slots over which to spread work on feeds (8 s in total). Some feeds' positions are due in each
 * slot; browsers must get them every 10 s.
 */
const SLOTS = 32;
/** Delay before the first comparison after a publication, since another publication often follows soon. */
const FIRST_COMPARISON_MS = 2_000;
/** Time between later comparisons, which limits how long the loss of a feed's last broadcast can go unnoticed. */
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
interface Watched {
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
  readonly #use: ViewsDependencies;
  readonly #onError: (feed: string, error: unknown) => void;
  readonly #views = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;
  /** When the comparisons after missing broadcasts end (ms of `performance.now()`). */
  #allComparedAt = 0;
  #hasMissedMore = false;
  #viewsCreated = 0;
  #slot = currentSlot();

  constructor(dependencies: ViewsDependencies, onError: (feed: string, error: unknown) => void) {
    this.#use = dependencies;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  view(feed: string): FeedView {
    return this.#watched(feed).view;
  }

  watch(feed: string): void {
    const watched = this.#watched(feed);
    watched.view.joined();
    if (watched.watchers++ > 0) return;
    watched.view.markOutdated();
    this.#compareIn(watched, watched.view.position ? 0 : FIRST_COMPARISON_MS);
  }

  unwatch(feed: string): void {
    const watched = this.#views.get(feed);
    if (watched) watched.watchers = Math.max(0, watched.watchers - 1);
  }

  /**
   * Handles a broadcast. If it doesn't continue the ring, immediately triggers a comparison. Returns what to send to
   * watching browsers, if anything.
   */
  receive(broadcast: Broadcast): PublicationsEvent | undefined {
    const publications = this.#use.withAllowedIcons?.(broadcast.publications) ?? broadcast.publications;
    const event = { ...broadcast, publications };
    const watched = this.#views.get(event.feed);
    if (!watched) {
      const position = positionOf(event);
      if (this.#use.proofs.verify(event.feed, position, event.proof))
        this.#use.marks.raise(event.feed, position);
      return undefined;
    }
    const { continues, shown } = watched.view.receive(event);
    this.#compareIn(watched, continues ? FIRST_COMPARISON_MS : 0);
    return shown;
  }

  /**
   * Call after missing broadcasts for any feed. Compares all feeds with their heads over the next 8 s. Another call
   * during that time triggers another round afterwards.
   */
  compareAll(): void {
    const now = performance.now();
    this.#hasMissedMore = now < this.#allComparedAt;
    if (this.#hasMissedMore) return;
    this.#allComparedAt = now + SLOTS * TICK_MS;
    for (const watched of this.#views.values())
      watched.compareAt = Math.min(watched.compareAt, now + watched.slot * TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #watched(feed: string): Watched {
    let watched = this.#views.get(feed);
    if (!watched) {
      const view = new FeedView(feed, { ...this.#use, limits: this.#use.limitsOf(feed) });
      const slot = this.#viewsCreated++ % SLOTS;
      watched = { view, watchers: 0, compareAt: 0, isRegular: false, usedAt: 0, slot };
      this.#compareIn(watched, FIRST_COMPARISON_MS);
      this.#makeRoom();
    }
    // Keep the map ordered by last use.
    this.#views.delete(feed);
    this.#views.set(feed, watched);
    watched.usedAt = performance.now();
    return watched;
  }

  /** Drops unwatched views if there are too many. This is safe: the next reader rereads the head. */
  #makeRoom(): void {
    if (this.#views.size < MAX_UNWATCHED) return;
    const unwatchedViews = [...this.#views].filter(([, { watchers }]) => watchers === 0);
    if (unwatchedViews.length < MAX_UNWATCHED) return;
    for (const [feed] of unwatchedViews.slice(0, MAX_UNWATCHED / 10)) this.#views.delete(feed);
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

  /** If the views exceed the limit, drops cached segments, and then the oldest publications from the largest views. */
  #trim(): void {
    const { maxBytes, onTrimmed } = this.#use;
    const bytes = this.bytes;
    if (bytes <= maxBytes) return;
    this.#dropOldest(maxBytes);
    // Each view keeps the newest publication, so it's possible that nothing was dropped.
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

  #compareIn(watched: Watched, ms: number): void {
    watched.compareAt = performance.now() + ms;
    watched.isRegular = false;
  }

  async #compare(feed: string, watched: Watched): Promise<void> {
    const before = watched.view.position;
    // Spread out feeds that were compared together, for example after all browsers reconnected.
    const spread = watched.isRegular ? 0 : watched.slot * TICK_MS;
    watched.compareAt = performance.now() + COMPARISON_INTERVAL_MS - spread;
    watched.isRegular = true;
    try {
      await watched.view.compare();
      // After a lost broadcast, the next broadcast could be lost too.
      if (before && isHigher(watched.view.position, before))
        this.#compareIn(watched, Math.min(watched.compareAt - performance.now(), FIRST_COMPARISON_MS));
    } catch (error) {
      this.#compareIn(watched, FIRST_COMPARISON_MS);
      this.#onError(feed, error);
    }
  }

  /**
   * Advances to the current time slot. Returns a function that tells whether a slot has started since the last call, no
   * matter how late this call is.
   */
  #nextPositions(): (slot: number) => boolean {
    const current = currentSlot();
    const passed = Math.min(current - this.#slot, SLOTS);
    this.#slot = current;
    return (slot) => (((current - slot) % SLOTS) + SLOTS) % SLOTS < passed;
  }

  #reportPosition(feed: string, { view, watchers }: Watched): void {
    const position = watchers > 0 ? view.position : undefined;
    if (position) this.#use.onPosition?.({ feed, epoch: position.epoch, offset: position.offset });
  }

  #tick(): void {
    if (this.#ticks++ % TICKS_PER_TRIM === 0) this.#trim();
    const isPositionDue = this.#nextPositions();
    const due: [string, Watched][] = [];
    const now = performance.now();
    if (this.#hasMissedMore && now >= this.#allComparedAt) this.compareAll();
    for (const [feed, watched] of this.#views) {
      if (isPositionDue(watched.slot)) due.push([feed, watched]);
      if (watched.watchers === 0 && watched.usedAt + IDLE_MS < now) {
        this.#views.delete(feed);
        continue;
      }
      if (watched.compareAt > now) continue;
      void this.#compare(feed, watched);
    }
    // Not in the loop above, since reporting can read views and thereby reorder the map.
    for (const [feed, watched] of due) this.#reportPosition(feed, watched);
  }
}
