import {
  DOCUMENT_VERSION,
  mutesDocumentSchema,
  mutesKey,
  type Mutes,
  type MutesDocument,
} from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import type { DocumentLedger } from '../documents/document-ledger.ts';
import type { ReaderChannel, ReaderStore } from '../ports.ts';
import { PendingChanges } from '../documents/pending-changes.ts';

const TTL_SECONDS = 366 * 24 * 60 * 60;

export interface MuteListsOptions {
  store: ReaderStore;
  channel: ReaderChannel;
  ledger: Pick<DocumentLedger, 'admit'>;
}

/** Omitted or `undefined` lists don't change. */
type MutesChange = { [List in keyof Mutes]?: Readonly<Mutes[List]> | undefined };

/** Readers' mutes, kept for a year after the last change. */
export class MuteLists {
  readonly #options: MuteListsOptions;
  readonly #pendingChanges = new PendingChanges();

  constructor(options: MuteListsOptions) {
    this.#options = options;
  }

  async read(reader: string): Promise<Mutes> {
    const stored = await this.#options.store.read(mutesKey(reader));
    if (!stored) return { feeds: [], severities: [] };
    const { feeds, severities } = parse(stored.value);
    return { feeds, severities };
  }

  /**
   * Replaces the given lists. Resolves once the mutes are stored and the change is published to all instances. No-op if
   * the lists are unchanged. The last write wins, but documents that this version can't read are never overwritten. The
   * document counts against the quota of `owner` unless the owner is the reader.
   */
  async set(reader: string, { feeds, severities }: MutesChange, owner = reader): Promise<void> {
    const { store, channel, ledger } = this.#options;
    const key = mutesKey(reader);
    const version = await this.#pendingChanges.write(store, {
      key,
      ttlSeconds: TTL_SECONDS,
      plan: async (value) => {
        const before = value === undefined ? { feeds: [], severities: [] } : parse(value);
        const mutes = {
          feeds: feeds ? [...new Set(feeds)] : before.feeds,
          severities: severities ? [...new Set(severities)] : before.severities,
        };
        return isSame(before, mutes) ? undefined : { v: DOCUMENT_VERSION, ...mutes };
      },
      // A signed-in reader's mutes don't count toward the quota, so other documents can't evict them.
      ...(owner !== reader && { beforeFirst: () => ledger.admit(owner, key) }),
    });
    if (version === undefined && !this.#pendingChanges.has(key)) return;
    await this.#pendingChanges.publish(key, async () => {
      await channel.publish({ name: 'mutes', reader, version: version ?? '' });
      // The preferences include the mutes.
      await channel.publish({ name: 'preferences', reader, version: '' });
    });
  }
}

const parse = (value: unknown): MutesDocument => parseStored(mutesDocumentSchema, value, "a reader's mutes");

const isSame = (a: Mutes, b: Mutes): boolean =>
  isSameList(a.feeds, b.feeds) && isSameList(a.severities, b.severities);

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
