import {
  COMPONENTS,
  DOCUMENT_VERSION,
  SET_ASIDE_INDEX_KEY,
  SET_ASIDE_SIZES_KEY,
  SET_ASIDE_TTL_SECONDS,
  hasSetAsideExpired,
  isEntryOf,
  setAsideIndexSchema,
  setAsideKey,
  setAsideSizesSchema,
  type SetAside,
} from '@tocsin/contracts';
import { ABSENT, transactInStages, type Sidecar, type StateOperation } from '@tocsin/service';
import type { SetAsideStore } from '../deliver/ports.ts';
import { sizeOf } from '../feed/present.ts';

/** Minimum time to keep a record after a change (seconds), even if it would expire sooner. */
const MIN_TTL_SECONDS = 60;
/** Maximum number of records. The oldest are deleted to make room. */
const MAX_RECORDS = 1_000;
/** Default limit for the records' total JSON bytes. The oldest are deleted to make room. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** Assumed size of a record written by an older version. */
const UNKNOWN_BYTES = 4 * 1024;
/** Maximum total bytes of all names. Limited because adding a record reads and rewrites the whole index. */
const MAX_NAME_BYTES = 512 * 1024;
const ATTEMPTS = 5;

export interface DaprSetAsideOptions {
  /** Called with the number of records deleted to make room. */
  onDropped?: (count: number) => void;
  maxBytes?: number;
  now?: () => number;
}

/** The listed records (newest first), their sizes, and when they were stored (ms since 1970). */
interface Listing {
  entries: string[];
  bytes: Record<string, number>;
  storedAt: Record<string, number>;
}

type Change = { listing: Listing; records: StateOperation[]; dropped?: number } | undefined;

/**
 * Set-aside records and an index in Dapr's state API. The index's etag detects concurrent writes. Sizes and times are
 * in a separate document so that older versions can still read the index. The index doesn't expire, so each change
 * drops the names of expired records.
 */
export class DaprSetAside implements SetAsideStore {
  readonly #sidecar: Sidecar;
  readonly #onDropped: (count: number) => void;
  readonly #maxBytes: number;
  readonly #now: () => number;

  constructor(
    sidecar: Sidecar,
    { onDropped = () => undefined, maxBytes, now = Date.now }: DaprSetAsideOptions = {},
  ) {
    this.#sidecar = sidecar;
    this.#now = now;
    this.#onDropped = onDropped;
    this.#maxBytes = maxBytes ?? DEFAULT_MAX_BYTES;
  }

  async add(record: SetAside): Promise<void> {
    const { entry } = record;
    await this.#change(async ({ entries, bytes, storedAt }) => {
      // A listed record could have expired if an older version listed it without a time.
      const isListed = entries.includes(entry);
      if (isListed && (await this.#sidecar.getState(COMPONENTS.state, setAsideKey(entry)))) return undefined;
      const all = {
        entries: [entry, ...entries.filter((other) => other !== entry)],
        bytes: { ...bytes, [entry]: sizeOf(record) },
        storedAt: { ...storedAt, [entry]: this.#now() },
      };
      const kept = all.entries.slice(0, this.#keptCount(all));
      const dropped = all.entries.slice(kept.length);
      return {
        listing: { ...all, entries: kept },
        records: [upsert(record, SET_ASIDE_TTL_SECONDS), ...dropped.map(deletion)],
        dropped: dropped.length,
      };
    });
  }

  async erase(feed: string): Promise<void> {
    await this.#removeAll((entry) => isEntryOf(feed, entry));
  }

  /**
   * Changes a record without extending the record's lifetime, since the index drops the name at the end of the original
   * lifetime.
   */
  async put(record: SetAside): Promise<void> {
    const remaining = SET_ASIDE_TTL_SECONDS - Math.floor((this.#now() - Date.parse(record.at)) / 1000);
    const ttlSeconds = Math.min(Math.max(remaining, MIN_TTL_SECONDS), SET_ASIDE_TTL_SECONDS);
    await this.#sidecar.transact(COMPONENTS.state, [upsert(record, ttlSeconds)]);
  }

  /** Removes the record, even if it's missing from the index. */
  async remove(entry: string): Promise<void> {
    await this.#removeAll((listed) => listed === entry);
    await this.#sidecar.transact(COMPONENTS.state, [deletion(entry)]);
  }

  /** Deletes the records before the index drops their names. If one step fails, a retry still finds the names. */
  async #removeAll(isRemoved: (entry: string) => boolean): Promise<void> {
    await this.#change(async ({ entries, ...sizesAndTimes }) => {
      const removed = entries.filter(isRemoved);
      if (removed.length === 0) return undefined;
      await this.#sidecar.transact(COMPONENTS.state, removed.map(deletion));
      const remaining = entries.filter((entry) => !removed.includes(entry));
      return { listing: { ...sizesAndTimes, entries: remaining }, records: [] };
    });
  }

  /** Returns the number of records to keep (newest first), at least one. */
  #keptCount({ entries, bytes }: Listing): number {
    let [recordBytes, nameBytes] = [0, 0];
    const firstDropped = entries.findIndex((entry, index) => {
      recordBytes += bytes[entry] ?? UNKNOWN_BYTES;
      nameBytes += entry.length;
      return (
        index > 0 && (index >= MAX_RECORDS || recordBytes > this.#maxBytes || nameBytes > MAX_NAME_BYTES)
      );
    });
    return firstDropped < 0 ? entries.length : firstDropped;
  }

  /**
   * Applies the change that `plan` returns: writes records, then the sizes and the index, then deletes records. No-op
   * if `plan` returns `undefined`.
   */
  async #change(plan: (listing: Listing) => Promise<Change>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
      const sizes = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_SIZES_KEY);
      const { bytes = {}, storedAt = {} } = sizes ? setAsideSizesSchema.parse(sizes.value) : {};
      const now = this.#now();
      const names = stored ? setAsideIndexSchema.parse(stored.value).entries : [];
      const entries = names.filter((entry) => !hasSetAsideExpired(storedAt[entry], now));
      try {
        const change = await plan({ entries, bytes, storedAt });
        if (!change) return;
        const { listing } = change;
        const index = { v: DOCUMENT_VERSION, entries: listing.entries };
        const sizesOfListed = {
          v: DOCUMENT_VERSION,
          bytes: pick(listing.bytes, listing.entries),
          // Older versions listed names without a time. Use the current time: those records expire no later than a
          // record stored now.
          storedAt: Object.fromEntries(
            listing.entries.map((entry) => [entry, listing.storedAt[entry] ?? now]),
          ),
        };
        await transactInStages(this.#sidecar, COMPONENTS.state, [
          ...change.records,
          {
            operation: 'upsert',
            key: SET_ASIDE_SIZES_KEY,
            value: sizesOfListed,
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

/** Picks existing members by name. */
const pick = (from: Record<string, number>, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

const upsert = (record: SetAside, ttlInSeconds: number): StateOperation => ({
  operation: 'upsert',
  key: setAsideKey(record.entry),
  value: record,
  ttlInSeconds,
});

const deletion = (entry: string): StateOperation => ({ operation: 'delete', key: setAsideKey(entry) });
