import {
  DOCUMENT_VERSION,
  SCHEDULE_INDEX_DOCUMENTS,
  scheduleIndexSchema,
  type ScheduleIndexDocument,
} from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { Batches } from './batches.ts';
import { inParallel } from './in-parallel.ts';
import type { ScheduleIndexStore } from './ports.ts';

type Entry = ScheduleIndexDocument['list'][number];

/** A requested change to a document. Dropped once `isLate` returns true, since the caller is no longer waiting. */
interface Change {
  add: readonly Entry[];
  remove: (name: string) => boolean;
  isLate: () => boolean;
}

/** Maximum number of entries per document, about 400 kB with the longest names. The earliest entries are kept. */
export const MAX_ENTRIES = 2_000;
/** Time limit in ms for a best-effort change. */
export const CHANGE_LIMIT_MS = 1_000;

const ATTEMPTS = 8;
const RETRY_PAUSE_MS = 20;
const PARALLEL_DOCUMENTS = 16;
/** Number of documents to read per call, 3.2 MB at most. The sidecar limits responses to 4 MB. */
const DOCUMENTS_PER_READ = 8;
const MIN_TTL_SECONDS = 60;

/**
 * Lists the names and times of schedules that are stored as jobs. Needed because Dapr's scheduler can't list jobs
 * selectively. All of a feed's schedules are in one document. Entries in the past are ignored, and dropped the next
 * time the document is written. After a failure, the index can contain schedules without a job, and other schedules can
 * be missing from it. Deliveries don't depend on the index.
 */
export class ScheduleIndex {
  readonly #store: ScheduleIndexStore;
  readonly #now: () => number;
  readonly #limitMs: number;
  readonly #documents: readonly Batches<Change>[];

  constructor(store: ScheduleIndexStore, now: () => number, limitMs = CHANGE_LIMIT_MS) {
    this.#store = store;
    this.#now = now;
    this.#limitMs = limitMs;
    this.#documents = numbers.map((number) => new Batches((changes) => this.#write(number, changes)));
  }

  /** Resolves when the index contains the schedules. Otherwise rejects, after the time limit at the latest. */
  add(entries: readonly Entry[]): Promise<void> {
    const byDocument = new Map<number, Entry[]>();
    for (const entry of entries) {
      const number = documentOf(entry[0]);
      const group = byDocument.get(number);
      if (group) group.push(entry);
      else byDocument.set(number, [entry]);
    }
    return this.#change(
      [...byDocument].map(([number, add]) => ({ number, add, remove: () => false })),
      this.#limitMs,
    );
  }

  /**
   * Removes the schedules with this prefix that `remove` matches, including delivered ones. Resolves when the index no
   * longer contains them. Otherwise rejects, after the time limit at the latest.
   */
  remove(prefix: string, remove: (name: string) => boolean): Promise<void> {
    return this.#change([{ number: documentOf(prefix), add: [], remove }], this.#limitMs);
  }

  /** Like `remove` for all schedules with this prefix, but without a time limit. Abort `signal` to drop the change. */
  erase(prefix: string, signal?: AbortSignal): Promise<void> {
    const remove = (name: string) => name.startsWith(prefix);
    return this.#change([{ number: documentOf(prefix), add: [], remove }], undefined, signal);
  }

  /** Returns all upcoming entries, and whether the index was readable and had room for all of them. */
  async read(): Promise<{ entries: Entry[]; isComplete: boolean }> {
    const now = this.#now();
    const entries: Entry[] = [];
    let isComplete = true;
    for (let start = 0; start < numbers.length; start += DOCUMENTS_PER_READ) {
      for (const stored of await this.#store.read(numbers.slice(start, start + DOCUMENTS_PER_READ))) {
        const { list, partialUntil, isReadable } = parse(stored?.value, now);
        entries.push(...list);
        if (partialUntil !== undefined || !isReadable) isComplete = false;
      }
    }
    return { entries, isComplete };
  }

  async #change(
    changes: readonly ({ number: number } & Omit<Change, 'isLate'>)[],
    limitMs?: number,
    signal?: AbortSignal,
  ): Promise<void> {
    let hasTimedOut = false;
    const end = new AbortController();
    const changed = inParallel(changes, PARALLEL_DOCUMENTS, async ({ number, ...change }) =>
      this.#documents[number]?.add({ ...change, isLate: () => hasTimedOut || signal?.aborted === true }),
    );
    if (limitMs === undefined) return changed;
    const limit = pause(limitMs, end.signal).then(() => {
      hasTimedOut = true;
      throw new Error(`The schedule index was not written within ${limitMs} ms.`);
    });
    await Promise.race([changed, limit]).finally(() => end.abort());
  }

  async #write(number: number, all: readonly Change[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (all.every(({ isLate }) => isLate())) return;
      try {
        const now = this.#now();
        const [stored] = await this.#store.read([number]);
        const changes = all.filter(({ isLate }) => !isLate());
        const next = apply(stored?.value, changes, now);
        if (next) await this.#store.write(number, next, ttlOf(next, now), stored?.etag);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(RETRY_PAUSE_MS * attempt);
      }
    }
  }
}

const numbers = Array.from({ length: SCHEDULE_INDEX_DOCUMENTS }, (_, number) => number);

/** The document number for a name or prefix. Both start with a hash of the feed. */
const documentOf = (name: string): number => Number.parseInt(name.slice(0, 2), 16) % SCHEDULE_INDEX_DOCUMENTS;

/** A stored document's upcoming entries (`list`) and `past` entries. A later version's document is not readable. */
function parse(value: unknown, now: number) {
  const parsed = value === undefined ? undefined : scheduleIndexSchema.safeParse(value);
  const { list = [], partialUntil = 0 } = parsed?.data ?? {};
  return {
    list: list.filter(([, at]) => at > now),
    past: list.filter(([, at]) => at <= now),
    partialUntil: partialUntil > now ? partialUntil : undefined,
    isReadable: parsed?.success !== false,
  };
}

/** Applies changes to the document. Returns `undefined` if no write is needed. An existing entry keeps its time. */
function apply(value: unknown, changes: readonly Change[], now: number): ScheduleIndexDocument | undefined {
  const before = parse(value, now);
  if (!before.isReadable) return undefined;
  const entries = new Map(before.list);
  // If a change removes a delivered schedule, rewrite the document. Otherwise, the schedule's id would stay in it.
  let isChanged = before.past.some(([name]) => changes.some(({ remove }) => remove(name)));
  for (const { add, remove } of changes) {
    for (const [name, at] of add) {
      if (entries.has(name)) continue;
      entries.set(name, at);
      isChanged = true;
    }
    for (const name of [...entries.keys()].filter(remove)) isChanged = entries.delete(name);
  }
  if (!isChanged) return undefined;
  const sorted = [...entries].sort(([, a], [, b]) => a - b);
  const partialUntil = Math.max(before.partialUntil ?? 0, sorted.slice(MAX_ENTRIES).at(-1)?.[1] ?? 0);
  return {
    v: DOCUMENT_VERSION,
    list: sorted.slice(0, MAX_ENTRIES),
    ...(partialUntil > 0 && { partialUntil }),
  };
}

/** A document expires along with the last schedule in it. */
const ttlOf = ({ list, partialUntil = 0 }: ScheduleIndexDocument, now: number): number =>
  Math.max(MIN_TTL_SECONDS, Math.ceil((Math.max(list.at(-1)?.[1] ?? 0, partialUntil) - now) / 1_000));
