import {
  COMPONENTS,
  DOCUMENT_VERSION,
  SET_ASIDE_INDEX_KEY,
  SET_ASIDE_SIZES_KEY,
  isEntryOf,
  setAsideIndexSchema,
  setAsideKey,
  setAsideSizesSchema,
  type SetAside,
} from '@tocsin/contracts';
import { ABSENT, transactInStages, type Sidecar, type StateOperation } from '@tocsin/service';
import type { SetAsideStore } from '../deliver/ports.ts';
import { sizeOf } from '../feed/present.ts';

const TTL_SECONDS = 7 * 24 * 60 * 60;
/** Maximum number of records; beyond it, the oldest are deleted. */
const MAX_RECORDS = 1_000;
/** Default limit for the records' total JSON bytes; beyond it, the oldest are deleted. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** Assumed size of a record written by an older version. */
const UNKNOWN_BYTES = 4 * 1024;
/** Maximum total bytes of all names. Limited because each new record reads and rewrites the whole index. */
const MAX_NAME_BYTES = 512 * 1024;
const ATTEMPTS = 5;

export interface DaprSetAsideOptions {
  /** Called with how many records were deleted to make room. */
  onDropped?: (count: number) => void;
  maxBytes?: number;
}

/** The listed records, newest first, and their sizes. */
interface Listed {
  entries: string[];
  bytes: Record<string, number>;
}

type Change = { listed: Listed; records: StateOperation[]; dropped?: number } | undefined;

/**
 * Records and their index in Dapr's state API. The index's etag detects concurrent writes. Sizes are in a separate
 * document so that older versions can still read the index.
 */
export class DaprSetAside implements SetAsideStore {
  readonly #sidecar: Sidecar;
  readonly #onDropped: (count: number) => void;
  readonly #maxBytes: number;

  constructor(sidecar: Sidecar, { onDropped = () => undefined, maxBytes }: DaprSetAsideOptions = {}) {
    this.#sidecar = sidecar;
    this.#onDropped = onDropped;
    this.#maxBytes = maxBytes ?? DEFAULT_MAX_BYTES;
  }

  async add(record: SetAside): Promise<void> {
    await this.#change(({ entries, bytes }) => {
      if (entries.includes(record.entry)) return undefined;
      const all = {
        entries: [record.entry, ...entries],
        bytes: { ...bytes, [record.entry]: sizeOf(record) },
      };
      const kept = all.entries.slice(0, this.#countOfKept(all));
      const dropped = all.entries.slice(kept.length);
      return {
        listed: { ...all, entries: kept },
        records: [upsert(record), ...dropped.map(deletion)],
        dropped: dropped.length,
      };
    });
  }

  async erase(feed: string): Promise<void> {
    await this.#removeAll((entry) => isEntryOf(feed, entry));
  }

  async put(record: SetAside): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [upsert(record)]);
  }

  /** Removes the record even if the index doesn't list it. */
  async remove(entry: string): Promise<void> {
    await this.#removeAll((listed) => listed === entry);
    await this.#sidecar.transact(COMPONENTS.state, [deletion(entry)]);
  }

  async #removeAll(isRemoved: (entry: string) => boolean): Promise<void> {
    await this.#change(({ entries, bytes }) => {
      const removed = entries.filter(isRemoved);
      if (removed.length === 0) return undefined;
      const remaining = entries.filter((entry) => !removed.includes(entry));
      return { listed: { entries: remaining, bytes }, records: removed.map(deletion) };
    });
  }

  /** How many of the newest records to keep; at least one. */
  #countOfKept({ entries, bytes }: Listed): number {
    let [total, names] = [0, 0];
    const full = entries.findIndex((entry, index) => {
      total += bytes[entry] ?? UNKNOWN_BYTES;
      names += entry.length;
      return index > 0 && (index >= MAX_RECORDS || total > this.#maxBytes || names > MAX_NAME_BYTES);
    });
    return full < 0 ? entries.length : full;
  }

  /**
   * Applies the change that `plan` returns: writes records, then the sizes and the index, then deletes records. Does
   * nothing if `plan` returns `undefined`.
   */
  async #change(plan: (listed: Listed) => Change): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
      const sizes = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_SIZES_KEY);
      const change = plan({
        entries: stored ? setAsideIndexSchema.parse(stored.value).entries : [],
        bytes: sizes ? setAsideSizesSchema.parse(sizes.value).bytes : {},
      });
      if (!change) return;
      const { entries, bytes } = change.listed;
      const known = entries.flatMap((entry) => (bytes[entry] === undefined ? [] : [[entry, bytes[entry]]]));
      const index = { v: DOCUMENT_VERSION, entries };
      const sizesOfKnown = { v: DOCUMENT_VERSION, bytes: Object.fromEntries(known) as Listed['bytes'] };
      try {
        await transactInStages(this.#sidecar, COMPONENTS.state, [
          ...change.records,
          {
            operation: 'upsert',
            key: SET_ASIDE_SIZES_KEY,
            value: sizesOfKnown,
            etag: sizes?.etag ?? ABSENT,
          },
          { operation: 'upsert', key: SET_ASIDE_INDEX_KEY, value: index, etag: stored?.etag ?? ABSENT },
        ]);
        if (change.dropped) this.#onDropped(change.dropped);
        return;
      } catch (error) {
        // Retry a few times: another instance wrote the index, or the store is unavailable.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}

const upsert = (record: SetAside): StateOperation => ({
  operation: 'upsert',
  key: setAsideKey(record.entry),
  value: record,
  ttlInSeconds: TTL_SECONDS,
});

const deletion = (entry: string): StateOperation => ({ operation: 'delete', key: setAsideKey(entry) });
