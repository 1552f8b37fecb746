import {
  COMPONENTS,
  DOCUMENT_VERSION,
  SET_ASIDE_INDEX_KEY,
  isEntryOf,
  setAsideIndexSchema,
  setAsideKey,
  type SetAside,
} from '@tocsin/contracts';
import type { Sidecar, StateOperation } from '@tocsin/service';
import type { SetAsideStore } from '../deliver/ports.ts';

const TTL_SECONDS = 7 * 24 * 60 * 60;
/** The index names at most this many; older records stay until they expire, but are not listed. */
const MAX_LISTED = 1_000;
const ATTEMPTS = 5;

/** Records and their index in Dapr's state API; the index is written with its etag. */
export class DaprSetAside implements SetAsideStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async add(record: SetAside): Promise<void> {
    await this.#change((listed) =>
      listed.includes(record.entry)
        ? undefined
        : {
            entries: [record.entry, ...listed].slice(0, MAX_LISTED),
            records: [
              {
                operation: 'upsert',
                key: setAsideKey(record.entry),
                value: record,
                ttlInSeconds: TTL_SECONDS,
              },
            ],
          },
    );
  }

  /** What is not listed any more stays until it expires. */
  async erase(feed: string): Promise<void> {
    await this.#change((listed) => {
      const erased = listed.filter((entry) => isEntryOf(feed, entry));
      if (erased.length === 0) return undefined;
      return {
        entries: listed.filter((entry) => !erased.includes(entry)),
        records: erased.map((entry) => ({ operation: 'delete', key: setAsideKey(entry) })),
      };
    });
  }

  /** Writes records and the index together, as `plan` says for what is listed; nothing if it says nothing. */
  async #change(
    plan: (listed: string[]) => { entries: string[]; records: StateOperation[] } | undefined,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
      const change = plan(stored ? setAsideIndexSchema.parse(stored.value).entries : []);
      if (!change) return;
      const index = { v: DOCUMENT_VERSION, entries: change.entries };
      try {
        await this.#sidecar.transact(COMPONENTS.state, [
          ...change.records,
          { operation: 'upsert', key: SET_ASIDE_INDEX_KEY, value: index, etag: stored?.etag ?? '-1' },
        ]);
        return;
      } catch (error) {
        // Another instance wrote the index meanwhile, or the store is away: read again, then give up.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}
