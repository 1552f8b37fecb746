import { AWAY_UNSENT_KEY, DOCUMENT_VERSION, awayUnsentSchema, type AwayUnsent } from '@tocsin/contracts';
import { backOff, pause } from '@tocsin/contracts/pause';
import { LRUCache } from 'lru-cache';
import { parseStored } from '../../../deliver/parse-stored.ts';
import { writeDocument } from '../../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../../readers/ports.ts';
import { AWAY_TTL_SECONDS } from '../document.ts';
import { settledWithin } from '../send/in-flight.ts';

export interface UnsentIndexOptions {
  store: ReaderStore;
  /** Called when writing the index fails. The write is retried later. */
  onError: (error: unknown) => void;
  now: () => number;
}

/** A reader in the index: the hash, and when it was added (ms since 1970). */
export type UnsentReader = AwayUnsent['readers'][number];

/** Maximum readers in the index. Newer readers displace the oldest. */
export const MAX_READERS = 1_000;
/** Minimum time before a reader is added again (ms). */
export const FRESH_MS = 5 * 60_000;
/** Pause between an instance's writes (ms). Readers added during the pause share the next write. */
const PAUSE_MS = 250;
/** Maximum wait in `add` and `stop` (ms). */
const MAX_WAIT_MS = 3_000;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
const MAX_KNOWN = 10_000;

/**
 * The index of readers with unsent fallbacks. Contains hashes, but no names or content. The index only shows where to
 * look; the readers' documents are authoritative. Readers are added before their documents are written, so a crash
 * can't lose any.
 */
export class UnsentIndex {
  readonly #options: UnsentIndexOptions;
  /** When each reader was added, as far as this instance knows. */
  readonly #known: LRUCache<string, number>;
  readonly #stopping = new AbortController();
  #pending = new Map<string, number>();
  #nextWrite = new WriteCompletion();
  #writing: Promise<void> | undefined;
  /** True while writes fail or are slow. Callers then don't wait for them. */
  #isSlow = false;

  constructor(options: UnsentIndexOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: MAX_KNOWN });
  }

  /**
   * Adds a reader. Resolves when the reader is in the index, but at the latest after 3 s, and at once while writes fail
   * or are slow. Never rejects. `isFirst` means that the reader had no unsent fallbacks before. Another instance might
   * then have removed the reader from the index, so the reader is added even if this instance added it recently.
   */
  async add(hash: string, { isFirst = false } = {}): Promise<void> {
    const at = this.#options.now();
    if (!isFirst && (this.#known.get(hash) ?? -Infinity) > at - FRESH_MS) return;
    this.#pending.delete(hash);
    this.#pending.set(hash, at);
    const next = this.#nextWrite;
    this.#writing ??= this.#writeAll();
    if (this.#isSlow) return;
    if (!(await settledWithin(MAX_WAIT_MS, [next.ended]))) this.#isSlow = true;
  }

  async read(): Promise<AwayUnsent> {
    return parse((await this.#options.store.read(AWAY_UNSENT_KEY))?.value);
  }

  /** Removes these readers unless they have been re-added since. */
  async remove(readers: readonly UnsentReader[]): Promise<void> {
    const removed = new Set(readers.map(nameOf));
    await this.#change((before) => withoutReaders(before, (reader) => removed.has(nameOf(reader))));
  }

  /** Removes an erased reader. Never rejects. */
  async forget(hash: string): Promise<void> {
    this.#pending.delete(hash);
    this.#known.delete(hash);
    try {
      await this.#change((before) => withoutReaders(before, ([other]) => other === hash));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Finishes the current write, writes pending readers, and stops. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#writing) await settledWithin(MAX_WAIT_MS, [this.#writing.then(() => true)]);
  }

  /** Writes one batch at a time. If a batch fails, retries it later and includes newer readers. */
  async #writeAll(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; this.#pending.size > 0;) {
      const [batch, write] = [this.#pending, this.#nextWrite];
      this.#pending = new Map();
      this.#nextWrite = new WriteCompletion();
      try {
        await this.#write(batch);
        failures = 0;
        this.#isSlow = false;
      } catch (error) {
        this.#options.onError(error);
        this.#isSlow = true;
        failures++;
        if (!signal.aborted) this.#pending = new Map([...batch, ...this.#pending].slice(-2 * MAX_READERS));
      }
      write.end(true);
      const pauseMs = failures === 0 ? PAUSE_MS : backOff(failures - 1, MIN_RETRY_MS, MAX_RETRY_MS);
      await pause(pauseMs, signal);
    }
    this.#writing = undefined;
  }

  async #write(batch: ReadonlyMap<string, number>): Promise<void> {
    let after: AwayUnsent | undefined;
    await this.#change((before) => {
      after = withReaders(before, batch, this.#options.now());
      return after;
    });
    for (const [hash, at] of after?.readers ?? []) if (batch.has(hash)) this.#known.set(hash, at);
  }

  #change(change: (before: AwayUnsent) => AwayUnsent): Promise<unknown> {
    return writeDocument(this.#options.store, {
      ...{ key: AWAY_UNSENT_KEY, ttlSeconds: AWAY_TTL_SECONDS },
      plan: async (value) => {
        const before = parse(value);
        const after = change(before);
        return after === before ? undefined : after;
      },
    });
  }
}

/** Lets callers wait for a write to end. */
class WriteCompletion {
  end: (value: true) => void = () => undefined;
  readonly ended = new Promise<boolean>((resolve) => {
    this.end = resolve;
  });
}

const nameOf = ([hash, at]: UnsentReader): string => `${hash} ${at}`;

/** Adds readers at the front. Doesn't move recently added readers. */
function withReaders(before: AwayUnsent, batch: ReadonlyMap<string, number>, now: number): AwayUnsent {
  const fresh = new Set(before.readers.flatMap(([hash, at]) => (at > now - FRESH_MS ? [hash] : [])));
  const added = [...batch].filter(([hash]) => !fresh.has(hash)).toReversed();
  if (added.length === 0) return before;
  const names = new Set(added.map(([hash]) => hash));
  const all = [...added, ...before.readers.filter(([hash]) => !names.has(hash))].toSorted(
    ([, a], [, b]) => b - a,
  );
  const after = { ...before, readers: all.slice(0, MAX_READERS) };
  return all.length > MAX_READERS ? { ...after, displacedAt: now } : after;
}

function withoutReaders(before: AwayUnsent, isRemoved: (reader: UnsentReader) => boolean): AwayUnsent {
  const readers = before.readers.filter((reader) => !isRemoved(reader));
  return readers.length === before.readers.length ? before : { ...before, readers };
}

const parse = (value: unknown): AwayUnsent =>
  value === undefined
    ? { v: DOCUMENT_VERSION, readers: [] }
    : parseStored(awayUnsentSchema, value, AWAY_UNSENT_KEY);
