import {
  idOfPublication,
  isExpired,
  segmentSchema,
  type Checkpoint,
  type Head,
  type LivePublication,
  type Page,
  type Position,
  type PublicationsEvent,
  type SetAside,
} from '@tocsin/contracts';
import { firstOffset } from '../../../src/feed/history/history.ts';
import { isHigher, isLaterEpoch } from '../../../src/feed/position.ts';
import { partsOfEntry, keyOfEntry, type Report } from './report.ts';
import type { CheckedWorld } from './checked-world.ts';
import type { FeedDocument } from '../../../src/feed/chain/chain.ts';

const MAX_HEAD_BYTES = 16 * 1024;

/** Records the events of a random walk and reports rule violations. `end-checks.ts` checks the final state. */
export class Checker {
  /** For each id of an accepted notification: its entry, and the feed's epoch when it was accepted. */
  readonly accepted = new Map<string, { entry: string; epoch: string | undefined }>();
  readonly deposited = new Set<string>();
  readonly committed = new Set<string>();
  readonly setAside = new Set<string>();
  /** All entries that ever contained an id. */
  readonly entriesWithId = new Map<string, Set<string>>();
  /** Ids committed at each `epoch:offset`, newest last. Several if no running process knew of a rolled-back commit. */
  readonly committedIds = new Map<string, Set<string>>();
  /** When each place (`epoch:offset`) was last committed. */
  readonly committedAt = new Map<string, number>();
  /** For each run, the number of the last entry whose announcement was processed. */
  readonly processed = new Map<string, number>();
  hadUnknownRollback = false;
  readonly #broadcast = new Set<string>();
  /** The places of each committed entry's publications, keyed by entry key. */
  readonly #placesOf = new Map<string, Set<string>>();
  /** Like `processed`, but only counts entries processed after the last loss of the store. */
  readonly processedSinceLoss = new Map<string, number>();
  /** Entries deposited more than once, which can reappear after being popped. */
  readonly #redeposited = new Set<string>();
  readonly #popped = new Set<string>();
  readonly #lastPositions = new WeakMap<object, Position>();
  readonly #world: CheckedWorld;
  readonly #report: Report;

  constructor(world: CheckedWorld, report: Report) {
    this.#world = world;
    this.#report = report;
  }

  onDeposit(key: string): void {
    if (this.deposited.has(key)) this.#redeposited.add(key);
    this.deposited.add(key);
  }

  onAttempt(id: string, entry: string): void {
    const entries = this.entriesWithId.get(id) ?? new Set();
    this.entriesWithId.set(id, entries.add(entry));
  }

  onBroadcast({ epoch, publications }: PublicationsEvent): void {
    for (const { offset } of publications) this.#broadcast.add(`${epoch}:${offset}`);
  }

  onPop(key: string): void {
    this.#popped.add(key);
    if (this.#isStoreIntact && this.#world.store.entries.has(key) && !this.committed.has(key)) {
      this.#report.violation('POPPED-UNCOMMITTED', key);
    }
  }

  /** Called before a checkpoint is written. The entries that it marks as finished must have been broadcast. */
  onCheckpoint({ runs }: Checkpoint): void {
    if (!this.#isStoreIntact) return;
    for (const [key, places] of this.#placesOf) {
      const { run, seq } = partsOfEntry(key);
      if ((runs[run]?.[0] ?? 0) < seq) continue;
      for (const place of places) {
        if (!this.#broadcast.has(place)) this.#report.violation('FINISHED-NOT-BROADCAST', `${key} ${place}`);
      }
    }
  }

  onSetAside({ reason, entry }: SetAside): void {
    this.setAside.add(entry);
    if (reason !== 'missing') this.#report.violation('SET-ASIDE', `${entry} ${reason}`);
    if (!this.#isStoreIntact) return;
    if (this.committed.has(entry) || this.#world.store.entries.has(entry)) {
      this.#report.violation('FALSE-MISSING', entry);
    } else if (!this.deposited.has(entry)) this.#report.violation('GAP-IN-RUN', entry);
  }

  /**
   * Called after a head's documents are written, but before the head itself. `known`: the high-water marks of the host
   * and the caller. `sawLoss`: whether the store was lost during the turn; etags could then match by accident.
   */
  onCommit(
    head: Head,
    documents: readonly FeedDocument[],
    known: readonly (Position | undefined)[],
    sawLoss: boolean,
  ): void {
    const { store } = this.#world;
    const before = store.head?.head;
    const addViolation = (kind: string, text: string) => this.#report.violation(kind, text);
    const size = JSON.stringify(head).length;
    if (size > MAX_HEAD_BYTES) addViolation('HEAD-TOO-BIG', `${size}`);
    if (head.unconfirmed.length > 1) addViolation('UNCONFIRMED-GROWS', `${head.unconfirmed.length}`);
    if (this.#isStoreIntact && before && before.epoch !== head.epoch)
      addViolation('FALSE-LOSS', `${before.epoch} -> ${head.epoch}`);
    if (this.#isStoreIntact && before) this.#checkBroadcast(before, 'UNCONFIRMED');
    if (before && !sawLoss && before.epoch === head.epoch && before.version !== store.head?.etag) {
      addViolation('REVIVED-KEPT', `${head.epoch}:${head.offset}`);
    }
    const keys = new Set(documents.map(({ key }) => key));
    for (const { key } of [...head.segments, ...head.ids]) {
      if (!keys.has(key) && this.#isStoreIntact && !store.documents.has(key))
        addViolation('DANGLING-REFERENCE', key);
    }
    for (const { run, from, to, first } of head.unconfirmed) {
      for (let seq = from; seq <= to; seq++) {
        const key = keyOfEntry(run, seq);
        this.committed.add(key);
        const places = Array.from(
          { length: head.offset - first + 1 },
          (_, i) => `${head.epoch}:${first + i}`,
        );
        this.#placesOf.set(key, new Set([...(this.#placesOf.get(key) ?? []), ...places]));
      }
      const last = documents.find(({ key }) => key === head.segments.at(-1)?.key);
      const { publications } = last ? segmentSchema.parse(last.value) : { publications: [] };
      const added = publications.filter(({ offset }) => offset >= first) as LivePublication[];
      this.#report.count('commits');
      this.#report.log(`commit ${head.epoch}:${head.offset} ${run}/${from}-${to} ${added.map(idOf).join()}`);
      for (const publication of added) this.#record(head.epoch, publication, known);
    }
  }

  /** Called before a head is written. `epochs` contains the epochs that the host and caller knew before the turn. */
  onEpochBegin({ epoch }: Head, epochs: readonly string[]): void {
    for (const before of epochs) {
      if (isLaterEpoch(before, epoch)) this.#report.violation('EPOCH-OLDER', `${epoch}, known ${before}`);
    }
  }

  /** Called after a comparison that saw no change of the head. `known`: the high-water mark before the comparison. */
  onCompared(known: Position | undefined): void {
    const { position: head } = this.#world;
    if (isHigher(known, head))
      this.#report.violation('LOSS-UNDETECTED', `head ${textOf(head)}, known ${textOf(known)}`);
  }

  /** Checks that no view goes back within an epoch. */
  checkViews(): void {
    for (const instance of this.#world.instances) {
      const { position } = instance.view;
      const before = this.#lastPositions.get(instance);
      if (position && before?.epoch === position.epoch && before.offset > position.offset) {
        this.#report.violation('VIEW-BACKWARDS', `${textOf(before)} to ${textOf(position)}`);
      }
      if (position) this.#lastPositions.set(instance, position);
    }
  }

  /** Called when an announcement was processed. `wasStored`: whether the stream still had it, so there was no loss. */
  onSuccess({ run, seq }: { run: string; seq: number }, wasStored: boolean): void {
    this.processed.set(run, Math.max(seq, this.processed.get(run) ?? 0));
    if (wasStored) this.processedSinceLoss.set(run, Math.max(seq, this.processedSinceLoss.get(run) ?? 0));
    const head = this.#world.store.head?.head;
    if (!head || !this.#isStoreIntact) return;
    const ranges = head.unconfirmed.filter((range) => range.run === run && range.to <= seq);
    this.#checkBroadcast({ ...head, unconfirmed: ranges }, 'SUCCESS-NOT-BROADCAST');
    const key = keyOfEntry(run, seq);
    if (this.#world.store.entries.has(key) && !this.#redeposited.has(key))
      this.#report.violation('SUCCESS-UNPOPPED', key);
  }

  /** Called when a client skips publications. This is only allowed if the response did not set `recovered`. */
  onMissed(from: Position, recovered: boolean): void {
    if (recovered) this.#report.violation('RECOVERED-WITH-A-GAP', `after ${textOf(from)}`);
  }

  /** Called with the publications that a client shows next. `shown` contains the ids that it has already shown. */
  onShow(epoch: string, publications: readonly LivePublication[], shown: readonly string[]): void {
    for (const publication of publications) {
      const [place, id] = [`${epoch}:${publication.offset}`, idOf(publication)];
      if (!this.committedIds.get(place)?.has(id)) this.#report.violation('VIEW-DIFFERS', `${place} ${id}`);
      if (shown.includes(id)) this.#report.violation('SHOWN-TWICE', `${place} ${id}`);
    }
  }

  /**
   * Called with the response to a client's request for a page after `requested`. `head` is the feed's position at the
   * time of the request.
   */
  onAnswer(page: Page, requested: Position | undefined, head: Position | undefined): void {
    const { publications, recovered, more, offset } = page;
    if (this.#isStoreIntact && requested && !recovered && !this.#isOutOfHistory(requested, head)) {
      this.#report.violation('FALSE-GAP', `after ${textOf(requested)}, head ${head && textOf(head)}`);
    }
    for (const publication of publications) this.#checkContent(page.epoch, publication);
    const first = publications[0];
    const hasGaps = publications.some((publication, i) => publication.offset !== (first?.offset ?? 0) + i);
    const end = publications.at(-1)?.offset ?? (recovered ? requested?.offset : undefined) ?? offset;
    const hasSkipped = requested && recovered && first && first.offset !== requested.offset + 1;
    if (hasGaps || hasSkipped || (requested && end !== offset) || (more && end >= (page.offset || end) + 1)) {
      this.#report.violation(
        'PAGE-GAP',
        `after ${textOf(requested)}: ${publications.map((p) => p.offset).join()} to ${textOf(page)}`,
      );
    }
  }

  /** Called when the store is lost. Pops and processed entries from before don't apply to the new contents. */
  onStoreLost(): void {
    this.processedSinceLoss.clear();
    this.#popped.clear();
  }

  /**
   * Whether all entries from `seq` to the run's last processed entry exist and were never redeposited, popped or set
   * aside.
   */
  isLeftBehind(run: string, seq: number): boolean {
    const processed = this.processedSinceLoss.get(run) ?? 0;
    const keys = Array.from({ length: Math.max(0, processed - seq + 1) }, (_, i) => keyOfEntry(run, seq + i));
    const { entries } = this.#world.store;
    const touched = [this.#redeposited, this.#popped, this.setAside];
    return keys.length > 0 && keys.every((key) => entries.has(key) && !touched.some((set) => set.has(key)));
  }

  /** Checks that all of the head's unconfirmed entries were popped and broadcast. */
  checkEnd(head: Head): void {
    this.#checkBroadcast(head, 'NEVER-CONFIRMED');
    for (const { run, from, to } of head.unconfirmed) {
      for (let seq = from; seq <= to; seq++) {
        const key = keyOfEntry(run, seq);
        if (!this.#popped.has(key)) this.#report.violation('NEVER-CONFIRMED', key);
      }
    }
  }

  /** Whether the position is too old, from another epoch, or past the head. */
  #isOutOfHistory(requested: Position, head: Position | undefined): boolean {
    const now = this.#world.store.head?.head;
    if (now && requested.offset + 1 < firstOffset(now, this.#world.limits, this.#world.clock)) return true;
    return requested.epoch !== head?.epoch || requested.offset > head.offset;
  }

  #checkContent(epoch: string, publication: Page['publications'][number]): void {
    const { clock, expiresAtById } = this.#world;
    const id = idOfPublication(publication);
    const expiresAt = expiresAtById.get(id);
    const expired = isExpired({ expiresAt }, clock);
    if (expired !== (publication.notification === null)) {
      this.#report.violation('EXPIRED-SHOWN', `${id} ${expiresAt}, ${JSON.stringify(publication)}`);
    }
    const place = `${epoch}:${publication.offset}`;
    if (!this.committedIds.get(place)?.has(id)) this.#report.violation('PAGE-DIFFERS', `${place} ${id}`);
  }

  get #isStoreIntact(): boolean {
    return !this.#world.storeLost;
  }

  #checkBroadcast({ epoch, unconfirmed }: Head, kind: string): void {
    for (const { first, last } of unconfirmed) {
      for (let offset = first; offset <= last; offset++) {
        if (!this.#broadcast.has(`${epoch}:${offset}`)) this.#report.violation(kind, `${epoch}:${offset}`);
      }
    }
  }

  #record(epoch: string, publication: LivePublication, known: readonly (Position | undefined)[]): void {
    const place = `${epoch}:${publication.offset}`;
    const ids = this.committedIds.get(place) ?? new Set();
    if (ids.size > 0 && !ids.has(idOf(publication))) {
      this.hadUnknownRollback = true;
      const wasKnown = known.some((mark) => mark?.epoch === epoch && mark.offset >= publication.offset);
      if (this.#isStoreIntact || wasKnown) this.#report.violation('REWRITE', `${place} ${idOf(publication)}`);
      else this.#report.count("rewrites after a rollback the host didn't know about");
    }
    const earlierPlace = Array.from({ length: publication.offset - 1 }, (_, i) => `${epoch}:${i + 1}`).find(
      (other) => this.committedIds.get(other)?.has(idOf(publication)),
    );
    if (earlierPlace && this.#isStoreIntact)
      this.#report.violation('TWICE', `${earlierPlace} and ${place}: ${idOf(publication)}`);
    ids.delete(idOf(publication));
    this.committedIds.set(place, ids.add(idOf(publication)));
    this.committedAt.set(place, this.#world.clock);
  }
}

const idOf = ({ notification }: LivePublication): string => notification.id;
const textOf = (position: Position | undefined): string =>
  position ? `${position.epoch}:${position.offset}` : 'none';
