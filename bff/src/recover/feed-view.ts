import {
  MAX_PAGE_PUBLICATIONS,
  type Head,
  type Position,
  type PositionEvent,
  type Publication,
  type PublicationsEvent,
} from '@tocsin/contracts';
import { LostDocumentError, TemporaryError } from '../deliver/errors.ts';
import type { Heard } from '../deliver/heard.ts';
import { isLost } from '../deliver/load.ts';
import type { FeedLog, StoredHead, StoreOrigin } from '../deliver/ports.ts';
import { readHead } from '../deliver/read-head.ts';
import { readSegments } from '../deliver/read-segments.ts';
import type { CallFeed } from '../deliver/receive.ts';
import { firstOffset } from '../feed/history.ts';
import type { FeedLimits } from '../feed/limits.ts';
import { highest, isHigher } from '../feed/position.ts';
import { inParts, MAX_CONTENT_BYTES, sizeInList } from '../feed/present.ts';
import { Ring, type RingLimits } from './ring.ts';
import { SegmentCache } from './segment-cache.ts';

export interface ViewDependencies {
  log: FeedLog;
  origin: StoreOrigin;
  heard: Heard;
  callFeed: CallFeed;
  limits: FeedLimits;
  ring: RingLimits;
  now: () => number;
  /** Told what a comparison has found that no broadcast had brought, so that browsers need not ask for it. */
  onMissed?: (event: PublicationsEvent) => void;
  /** Told where the feed stands when what was known of it does not continue there, as in a new epoch. */
  onMoved?: (position: PositionEvent) => void;
}

/** Documents that a head names stay for two minutes after it was replaced; a head read within this time is safe. */
const HEAD_FRESH_MS = 60_000;
/** How much of a feed a new ring starts with. */
const FIRST_LOAD = 200;

/** What one instance knows of a feed: a ring fed by broadcasts, compared with the head, and the segments behind it. */
export class FeedView {
  readonly feed: string;
  readonly #use: ViewDependencies;
  readonly #segments: SegmentCache;
  #ring: Ring | undefined;
  #head: { head: Head; readAt: number } | undefined;
  #comparing: Promise<void> | undefined;
  #nextComparison: Promise<void> | undefined;

  constructor(feed: string, dependencies: ViewDependencies) {
    this.feed = feed;
    this.#use = dependencies;
    this.#segments = new SegmentCache((keys) => readSegments(dependencies.log, keys));
  }

  /** Where the feed stands as far as this instance knows. */
  get position(): Position | undefined {
    return this.#ring && { epoch: this.#ring.epoch, offset: this.#ring.offset };
  }

  /** Takes a broadcast. False when it does not continue what is known, so that a comparison is due. */
  receive({ epoch, publications }: PublicationsEvent): boolean {
    const last = publications.at(-1);
    if (last) this.#use.heard.hear(this.feed, { epoch, offset: last.offset });
    if (!this.#ring) return true;
    return this.#ring.epoch === epoch && this.#ring.append(publications);
  }

  /** The position, from the head if nothing is known yet. */
  async known(): Promise<Position> {
    if (!this.#ring) await (this.#comparing ?? this.compare());
    if (!this.#ring) throw new TemporaryError(`the head of ${this.feed} cannot be read`);
    return { epoch: this.#ring.epoch, offset: this.#ring.offset };
  }

  /**
   * Compares itself with the head, which it reads after this call, and fetches what it missed. Calls while a
   * comparison is under way share the next one: the head that one has read may be older than what they know.
   */
  compare(): Promise<void> {
    if (!this.#comparing) {
      this.#comparing = this.#compare().finally(() => {
        this.#comparing = undefined;
      });
      return this.#comparing;
    }
    const afterwards = () => {
      this.#nextComparison = undefined;
      return this.compare();
    };
    this.#nextComparison ??= this.#comparing.then(afterwards, afterwards);
    return this.#nextComparison;
  }

  /** The first offset that is still history. */
  async floor(): Promise<number> {
    const { head } = await this.#freshHead();
    const { offset } = await this.known();
    const first = firstOffset(head, this.#use.limits, this.#use.now());
    return Math.max(first, offset + 1 - this.#use.limits.historyMax);
  }

  /** The publications `first` to `last`, which are history. Rejects rather than leave one out. */
  async stretch(first: number, last: number): Promise<Publication[]> {
    if (last < first) return [];
    const ring = this.#ring;
    const held = ring && first >= ring.first ? ring.slice(first, last) : undefined;
    if (held) return held;
    try {
      return await this.#stretchFromSegments(first, last);
    } catch (error) {
      if (!(error instanceof LostDocumentError)) throw error;
      this.#head = undefined;
      return this.#orReport(() => this.#stretchFromSegments(first, last));
    }
  }

  async #stretchFromSegments(first: number, last: number): Promise<Publication[]> {
    const { head } = await this.#freshHead();
    const ring = this.#ring;
    const fromRing = ring && ring.epoch === head.epoch ? ring.slice(Math.max(first, ring.first), last) : [];
    const end = fromRing[0] ? fromRing[0].offset - 1 : last;
    const references = head.segments.filter((segment) => segment.last >= first && segment.first <= end);
    const contents = await this.#segments.read(references);
    const older = contents.flat().filter(({ offset }) => offset >= first && offset <= end);
    const all = [...older, ...fromRing];
    if (all.length !== last - first + 1) {
      this.#head = undefined;
      throw new TemporaryError(`${this.feed} changed while ${first} to ${last} were read`);
    }
    return all;
  }

  async #freshHead(): Promise<{ head: Head }> {
    if (!this.#head || this.#use.now() - this.#head.readAt > HEAD_FRESH_MS) {
      await (this.#comparing ?? this.compare());
    }
    if (!this.#head) throw new TemporaryError(`the head of ${this.feed} cannot be read`);
    return this.#head;
  }

  async #compare(): Promise<void> {
    const stored = await this.#readSoundHead();
    try {
      await this.#adopt(stored);
    } catch (error) {
      if (!(error instanceof LostDocumentError)) throw error;
      await this.#orReport(async () => this.#adopt(await this.#readSoundHead()));
    }
  }

  /** Runs `again`; a document that is missing for the second time is reported to the feed. */
  async #orReport<T>(again: () => Promise<T>): Promise<T> {
    try {
      return await again();
    } catch (error) {
      if (!(error instanceof LostDocumentError)) throw error;
      const caller = { heard: this.#use.heard.of(this.feed), lostDocument: error.key };
      await this.#use.callFeed(this.feed, undefined, caller);
      throw new TemporaryError(`part of ${this.feed} was lost; it goes on in a new epoch`, { cause: error });
    }
  }

  /**
   * The head; when it is lower than what was heard, the feed makes it sound first. What the ring holds counts as
   * heard, so that the instance may forget what it has heard of any feed.
   */
  async #readSoundHead(): Promise<StoredHead> {
    const heard = highest(this.#use.heard.of(this.feed), this.position);
    const stored = await readHead(this.feed, this.#use);
    if (isSound(stored, heard)) return stored;
    await this.#use.callFeed(this.feed, undefined, { heard });
    const mended = await readHead(this.feed, this.#use);
    if (!isSound(mended, heard)) throw new TemporaryError(`the head of ${this.feed} was lost again`);
    return mended;
  }

  async #adopt({ head }: StoredHead): Promise<void> {
    const readAt = this.#use.now();
    this.#use.heard.hear(this.feed, head);
    const ring = this.#ring;
    if (ring && !isHigher(head, ring)) {
      if (ring.epoch === head.epoch) this.#head = { head, readAt };
      return;
    }
    const floor = firstOffset(head, this.#use.limits, readAt);
    const continues = ring?.epoch === head.epoch && head.offset - ring.offset <= this.#use.ring.publications;
    const from = Math.max(floor, continues ? ring.offset + 1 : head.offset - FIRST_LOAD + 1);
    const references = head.segments.filter((segment) => segment.last >= from);
    const contents = await this.#segments.read(references);
    const missed = contents.flat().filter(({ offset }) => offset >= from && offset <= head.offset);
    if (missed.length !== head.offset - from + 1)
      throw new TemporaryError(`${this.feed} has a hole after ${from - 1}`);
    this.#head = { head, readAt };
    const { epoch, offset } = head;
    if (continues && ring.append(missed)) {
      for (const publications of inParts(missed, MAX_PAGE_PUBLICATIONS, MAX_CONTENT_BYTES, sizeInList)) {
        this.#use.onMissed?.({ feed: this.feed, epoch, publications });
      }
      return;
    }
    const fresh = new Ring({ epoch, offset: from - 1 }, this.#use.ring);
    fresh.append(missed);
    this.#ring = fresh;
    if (ring) this.#use.onMoved?.({ feed: this.feed, epoch, offset });
  }
}

/** Whether the head is there if it ever was, was not revived on an emptied store, and is not lower than what was heard before. */
const isSound = ({ head, etag }: StoredHead, heard: Position | undefined): boolean =>
  head.version === etag && !isLost(etag, heard) && !isHigher(heard, head);
