import { MAX_PAGE_PUBLICATIONS, type Head, type Position, type Publication } from '@tocsin/contracts';
import { ChangedError, LostDocumentError, TemporaryError } from '../../deliver/errors.ts';
import { positionOf, type Broadcast, type StoredHead } from '../../deliver/ports.ts';
import { readSegments } from '../../deliver/load/read-segments.ts';
import { Removals } from '../../feed/history/removals.ts';
import { firstOffset } from '../../feed/history/history.ts';
import { highest, isHigher, isLaterEpoch } from '../../feed/position.ts';
import { splitWithin, MAX_CONTENT_BYTES, sizeInList } from '../../feed/present.ts';
import { shownIn, type BroadcastEffect } from './broadcast-effect.ts';
import { Ring } from '../ring/ring.ts';
import { SegmentCache } from '../ring/segment-cache.ts';
import { contiguousRuns, EarlySends } from './early-sends.ts';
import { readSoundHead } from './read-sound-head.ts';
import type { ViewDependencies } from './view-dependencies.ts';

/** A head is reread after this time (ms). Documents that only older heads reference are deleted much later. */
const HEAD_FRESH_MS = 60_000;
/** Publications to load into a new ring. */
const FIRST_LOAD = 200;
/** Maximum attempts if the feed changes during a read. */
const MAX_ATTEMPTS = 5;

/** An instance's view of a feed: a segment cache, and a ring filled by broadcasts and comparisons with the head. */
export class FeedView {
  readonly feed: string;
  readonly #options: ViewDependencies;
  #segments: SegmentCache;
  #ring: Ring | undefined;
  #head: { head: Head; readAt: number } | undefined;
  /** True from when a later epoch makes the view drop all publications until the view is filled again. */
  #isStale = false;
  /** Set when the view could have missed publications without noticing. A comparison that starts later clears it. */
  #outdated: object | undefined;
  /** The position of the latest known removal. Readers wait until the view and the head have reached it. */
  #removedAt: Position | undefined;
  readonly #earlySends = new EarlySends();
  #comparing: Promise<void> | undefined;
  #nextComparison: Promise<void> | undefined;

  constructor(feed: string, dependencies: ViewDependencies) {
    this.feed = feed;
    this.#options = dependencies;
    this.#segments = this.#emptyCache();
  }

  /** The view's position, which is the end of its ring. `undefined` while there is no ring. */
  get position(): Position | undefined {
    return this.#ring && { epoch: this.#ring.epoch, offset: this.#ring.offset };
  }

  /** JSON bytes of the publications in memory. */
  get bytes(): number {
    return (this.#ring?.bytes ?? 0) + this.#segments.bytes;
  }

  /**
   * Keeps the newest publications within `bytes`, but at least one. Older publications are read from the store on
   * demand.
   */
  trimTo(bytes: number): void {
    this.#ring?.trimTo(bytes);
  }

  dropSegments(): void {
    if (this.#segments.bytes > 0) this.#segments = this.#emptyCache();
  }

  /** Handles a broadcast. Without a valid proof, it only triggers a comparison. */
  receive(event: Broadcast): BroadcastEffect {
    const { feed, epoch, publications } = event;
    if (!this.#options.proofs.verify(feed, positionOf(event), event.proof)) return { continues: false };
    const markBefore = this.#options.marks.of(feed);
    const removedBefore = this.#removedAt;
    this.#options.marks.raise(feed, positionOf(event));
    if (markBefore && isLaterEpoch(markBefore.epoch, epoch)) return { continues: false };
    this.#recordRemovals(epoch, publications);
    const ring = this.#ring;
    if (ring?.epoch !== epoch) {
      const continues = !ring && !this.#isStale;
      if (ring) this.#forget();
      if (publications.length === 0) return { continues, shown: { feed, epoch, publications } };
      return { continues, ...shownIn({ feed, epoch }, this.#earlySends.send(epoch, publications)) };
    }
    // Watching browsers already have the ring's publications, from events or the response to `subscribe`.
    const sent = ring.offset;
    const continues = ring.append(publications);
    // A missing publication could be a removal of an earlier publication.
    if (!continues) this.#recordRemovals(epoch, [], (publications[0]?.offset ?? 1) - 1);
    const unsentInRing = this.#unsent(ring, sent + 1, publications.at(-1)?.offset ?? 0);
    const publicationsBeyond = publications.filter(
      ({ offset }) => offset > ring.offset && isHigher({ epoch, offset }, removedBefore),
    );
    return {
      continues,
      ...shownIn({ feed, epoch }, [...unsentInRing, ...this.#earlySends.send(epoch, publicationsBeyond)]),
    };
  }

  /** Call when a browser starts watching. The browser doesn't have the publications that were sent early. */
  joined(): void {
    this.#earlySends.joined();
  }

  /** Returns the ring's publications from `first` to `last`, except for publications that every browser already has. */
  #unsent(ring: Ring, first: number, last: number): Publication[] {
    const { unsent, resentCount } = this.#earlySends.unsent(ring.epoch, ring.slice(first, last));
    this.#earlySends.dropUpTo(ring.epoch, ring.offset);
    if (resentCount > 0) this.#options.onResent?.(resentCount);
    return unsent;
  }

  #recordRemovals(epoch: string, publications: readonly Publication[], minOffset = 0): void {
    const offset = Math.max(minOffset, new Removals(publications).offset);
    if (offset > 0) this.#removedAt = highest(this.#removedAt, { epoch, offset });
  }

  /** Drops the known publications, which are from an earlier epoch and could have been erased. */
  #forget(): void {
    this.#isStale = true;
    this.#ring = undefined;
    this.#head = undefined;
    this.#segments = this.#emptyCache();
  }

  #emptyCache(): SegmentCache {
    const { log, withAllowedIcons = (publications: Publication[]) => publications } = this.#options;
    return new SegmentCache(async (keys) => (await readSegments(log, keys)).map(withAllowedIcons));
  }

  /** Returns the feed's position. Reads the head if the position is unknown, or if a later removal is known. */
  async knownPosition(): Promise<Position> {
    for (let reads = 0; reads < MAX_ATTEMPTS; reads++) {
      const { position } = this;
      if (position && !isHigher(this.#removedAt, position)) return position;
      await this.#nextHead(reads);
    }
    throw new TemporaryError(`the head of ${this.feed} cannot be read`);
  }

  /** Marks the view as possibly outdated. Call when the last comparison could be too old to rely on. */
  markOutdated(): void {
    this.#outdated = {};
  }

  /** Returns the feed's current position. Reads the head if the view could be outdated. */
  async currentPosition(): Promise<Position> {
    const outdated = this.#outdated;
    if (outdated || isHigher(this.#options.marks.of(this.feed), this.position)) {
      await this.compare();
      if (this.#outdated === outdated) this.#outdated = undefined;
    }
    return this.knownPosition();
  }

  /** On the first read, waits for the comparison in progress, if any. Otherwise waits for a new comparison. */
  #nextHead(reads: number): Promise<void> {
    return reads === 0 && this.#comparing ? this.#comparing : this.compare();
  }

  /**
   * Compares the view with the head and fetches missed publications. Never uses a head that was read before this call:
   * calls during a comparison share the next comparison, since the one in progress could have read an older head.
   */
  compare(): Promise<void> {
    if (!this.#comparing) {
      this.#comparing = this.#compare().finally(() => {
        this.#comparing = undefined;
      });
      return this.#comparing;
    }
    const compareNext = () => {
      this.#nextComparison = undefined;
      return this.compare();
    };
    this.#nextComparison ??= this.#comparing.then(compareNext, compareNext);
    return this.#nextComparison;
  }

  /** Returns the first offset in the history. */
  async floor(): Promise<number> {
    const { head } = await this.#freshHead();
    const { offset } = await this.knownPosition();
    const first = firstOffset(head, this.#options.limits, this.#options.now());
    return Math.max(first, offset + 1 - this.#options.limits.historyMax);
  }

  /** Returns publications `first` to `last` of this epoch. Rejects rather than leave out a publication. */
  async readRange(first: number, last: number, epoch: string): Promise<Publication[]> {
    if (last < first) return [];
    const ring = this.#ring;
    if (ring?.epoch === epoch && first >= ring.first && last <= ring.offset) return ring.slice(first, last);
    const publications = await this.#retry(() => this.#readRangeFromSegments(first, last, epoch));
    if (!publications) throw new ChangedError(`${this.feed} began a new epoch during the read`);
    return publications;
  }

  /** Resolves with `undefined` if the feed is in another epoch. */
  async #readRangeFromSegments(first: number, last: number, epoch: string) {
    const { head } = await this.#freshHead();
    if (head.epoch !== epoch) return undefined;
    const [ring, removedAt] = [this.#ring, this.#removedAt];
    const fromRing = ring?.epoch === epoch ? ring.slice(Math.max(first, ring.first), last) : [];
    const end = fromRing[0] ? fromRing[0].offset - 1 : last;
    const references = head.segments.filter((segment) => segment.last >= first && segment.first <= end);
    const contents = (await this.#segments.read(references)).flat();
    const all = [...contents.filter(({ offset }) => offset >= first && offset <= end), ...fromRing];
    if (all.length !== last - first + 1 || this.#ring !== ring || this.#removedAt !== removedAt)
      throw new ChangedError(`${this.feed} changed while offsets ${first} to ${last} were being read`);
    return all;
  }

  async #freshHead(): Promise<{ head: Head }> {
    for (let reads = 0; reads < MAX_ATTEMPTS; reads++) {
      const known = this.#head;
      const isFresh = known && this.#options.now() - known.readAt <= HEAD_FRESH_MS;
      // An older head's segments could contain publications that have been removed since.
      if (isFresh && !isHigher(this.#removedAt, known.head)) return known;
      await this.#nextHead(reads);
    }
    throw new TemporaryError(`the head of ${this.feed} cannot be read`);
  }

  #compare(): Promise<void> {
    return this.#retry(async () => this.#adopt(await readSoundHead(this.feed, this.position, this.#options)));
  }

  /**
   * Runs `read`. Retries if the feed changed during the read or a referenced document is missing, since a newer head
   * might not need that document. If the same document is missing on the retry, it's lost, and the feed's host starts a
   * new epoch.
   */
  async #retry<T>(read: () => Promise<T>): Promise<T> {
    let lost: string | undefined;
    for (let reads = 1; ; reads++) {
      try {
        return await read();
      } catch (error) {
        const isMissing = error instanceof LostDocumentError;
        if (isMissing && lost === error.key) return this.#reportLost(error);
        if (reads === MAX_ATTEMPTS || !(isMissing || error instanceof ChangedError)) throw error;
        lost = isMissing ? error.key : undefined;
        this.#head = undefined;
      }
    }
  }

  async #reportLost(cause: LostDocumentError): Promise<never> {
    const caller = { heard: this.#options.marks.of(this.feed), lostDocument: cause.key };
    await this.#options.routeFeedTurn(this.feed, undefined, caller);
    throw new TemporaryError(`part of ${this.feed} was lost; it continues in a new epoch`, { cause });
  }

  async #adopt({ head }: StoredHead): Promise<void> {
    const readAt = this.#options.now();
    this.#refuseEarlierEpoch(head);
    this.#options.marks.raise(this.feed, head);
    const ring = this.#ring;
    if (ring && !isHigher(head, ring)) {
      if (ring.epoch === head.epoch) this.#head = { head, readAt };
      return;
    }
    const floor = firstOffset(head, this.#options.limits, readAt);
    const firstToAppend = Math.max(floor, head.offset - this.#options.ring.publications + 1);
    const continues = ring?.epoch === head.epoch && firstToAppend <= ring.offset + 1;
    const from = continues ? ring.offset + 1 : Math.max(floor, head.offset - FIRST_LOAD + 1);
    const contents = await this.#segments.read(head.segments.filter(({ last }) => last >= from));
    const missed = contents.flat().filter(({ offset }) => offset >= from && offset <= head.offset);
    if (missed.length !== head.offset - from + 1)
      throw new TemporaryError(`${this.feed} has a gap after ${from - 1}`);
    this.#refuseEarlierEpoch(head);
    this.#head = { head, readAt };
    // Broadcasts might have delivered all publications up to the head during the read.
    if (ring && !isHigher(head, ring)) return;
    const { epoch, offset } = head;
    this.#recordRemovals(epoch, missed, continues ? 0 : from - 1);
    // Broadcasts might have delivered some of the missed publications during the read.
    const sent = ring?.offset ?? 0;
    if (continues && ring.append(missed)) {
      for (const run of contiguousRuns(this.#unsent(ring, sent + 1, offset))) {
        for (const publications of splitWithin(run, MAX_PAGE_PUBLICATIONS, MAX_CONTENT_BYTES, sizeInList))
          this.#options.onMissed?.({ feed: this.feed, epoch, publications });
      }
      return;
    }
    const fresh = new Ring({ epoch, offset: from - 1 }, this.#options.ring);
    fresh.append(missed);
    this.#ring = fresh;
    this.#earlySends.dropUpTo(epoch, offset);
    if (ring || this.#isStale) this.#options.onMoved?.({ feed: this.feed, epoch, offset });
    this.#isStale = false;
  }

  #refuseEarlierEpoch({ epoch }: Position): void {
    const newest = this.#options.marks.of(this.feed)?.epoch;
    if (newest !== undefined && isLaterEpoch(newest, epoch))
      throw new ChangedError(`${this.feed} began a new epoch during the read`);
  }
}
