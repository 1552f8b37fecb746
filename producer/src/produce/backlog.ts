import type { EntryName } from '@tocsin/contracts';
import type { EntryStore } from './ports.ts';

/** So often one of the entries that were announced is noted, and some of those noted are looked for. */
const EVERY_MS = 125;
/** An entry that is still there after so long waits for others. Claims take milliseconds. */
const LONG_MS = 300;
/** What waits longer waits for something else, as for a bff that went away with it. */
const LONGEST_MS = 60_000;
/** The feeds are behind when so many of those noted wait, that is, what was announced in so many times `EVERY_MS`. */
const BEHIND = 7;
/** They have caught up when no more wait than a bff that went away may have taken with it. */
const CAUGHT_UP = 2;
/** Somebody is at work if a claim was seen no longer ago: less than the time of `BEHIND` notes, or an outage looked so. */
const AT_WORK_MS = 800;
/** So many are looked for each time at most. */
const MOST_LOOKED_FOR = 5;
/** Shorter than a request may wait: who has not caught up by then is given some more. */
const LONGEST_BEHIND_MS = 4_000;

export interface BacklogOptions {
  entries: Pick<EntryStore, 'isThere'>;
  now: () => number;
  /** Called whenever `isBehind` has changed. */
  onChange: () => void;
}

/**
 * Tells whether the feeds are behind with what was announced: entries are claimed, but more than a second of them waits.
 * While nothing is claimed at all nobody is there to be relieved, and what waits is safe.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  /** Announced and not known to be claimed, the first first. */
  readonly #waiting = new Map<EntryName, number>();
  #notedAt = -Infinity;
  #claimedAt = -Infinity;
  #behindSince: number | undefined;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get isBehind(): boolean {
    return this.#behindSince !== undefined;
  }

  /** Notes an entry that was announced, unless one was a moment ago. */
  note({ run, feed, seq }: EntryName): void {
    const now = this.#options.now();
    if (now - this.#notedAt < EVERY_MS) return;
    this.#notedAt = now;
    this.#waiting.set({ run, feed, seq }, now);
    this.#timer ??= setInterval(() => void this.#look(), EVERY_MS).unref();
  }

  /** Forgets everything. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
    this.#behindSince = undefined;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { entries, now } = this.#options;
    for (const [entry, at] of this.#waiting) if (now() - at > LONGEST_MS) this.#waiting.delete(entry);
    for (const entry of spread(this.#late(), MOST_LOOKED_FOR)) {
      // One that cannot be looked for now may be there.
      if (await entries.isThere(entry).catch(() => true)) continue;
      this.#waiting.delete(entry);
      this.#claimedAt = now();
    }
    this.#isLooking = false;
    this.#judge();
    if (this.#waiting.size === 0) this.stop();
  }

  #late(): EntryName[] {
    return [...this.#waiting].flatMap(([entry, at]) => (this.#options.now() - at >= LONG_MS ? [entry] : []));
  }

  #judge(): void {
    const now = this.#options.now();
    const late = this.#late().length;
    const since = this.#behindSince;
    const isBehind =
      now - this.#claimedAt < AT_WORK_MS &&
      (since === undefined ? late >= BEHIND : late > CAUGHT_UP && now - since < LONGEST_BEHIND_MS);
    if (isBehind === this.isBehind) return;
    this.#behindSince = isBehind ? now : undefined;
    this.#options.onChange();
  }
}

/** At most `most` of them, evenly from the first to the last. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  const step = (all.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => all[Math.round(i * step)] as T);
}
