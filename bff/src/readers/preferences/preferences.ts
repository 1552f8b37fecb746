import { isDeepStrictEqual } from 'node:util';
import {
  DEFAULT_PREFERENCES,
  DOCUMENT_VERSION,
  isInForce,
  preferencesDocumentSchema,
  preferencesKey,
  type Preferences,
  type PreferencesDocument,
  type QuietHours,
} from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import type { DocumentLedger } from '../documents/document-ledger.ts';
import { KeyedQueue } from '../documents/keyed-queue.ts';
import { PendingChanges } from '../documents/pending-changes.ts';
import type { MuteLists } from './mute-lists.ts';
import type { ReaderChannel, ReaderStore } from '../ports.ts';

export interface ReaderPreferencesOptions {
  store: ReaderStore;
  channel: ReaderChannel;
  ledger: Pick<DocumentLedger, 'admit'>;
  /** Stores the muted feeds and severities in a separate document, so that 0.1.0 instances and clients see them too. */
  mutes: Pick<MuteLists, 'read' | 'set'>;
}

/** Omitted or `undefined` members don't change. */
export type PreferencesChange = { [Member in keyof Preferences]?: Preferences[Member] | undefined };

/** The preferences in this class's own document. `MuteLists` stores the muted feeds and severities. */
type StoredPreferences = Omit<Preferences, 'feeds' | 'severities'>;

const TTL_SECONDS = 366 * 24 * 60 * 60;

/** Readers' preferences, kept for a year after the last change. */
export class ReaderPreferences {
  readonly #options: ReaderPreferencesOptions;
  readonly #pendingChanges = new PendingChanges();
  readonly #turns = new KeyedQueue();

  constructor(options: ReaderPreferencesOptions) {
    this.#options = options;
  }

  async read(reader: string): Promise<Preferences> {
    const { store, mutes } = this.#options;
    const [stored, muted] = await Promise.all([store.read(preferencesKey(reader)), mutes.read(reader)]);
    return { ...storedPreferencesOf(stored?.value), ...muted };
  }

  /**
   * Changes only the given members, so changes from multiple devices merge. The last change to a member wins. Resolves
   * once the change is stored and published to all instances. Safe to repeat. The document counts against the quota of
   * `owner` unless the owner is the reader.
   */
  change(reader: string, change: PreferencesChange, owner = reader): Promise<void> {
    return this.#turns.add(reader, () => this.#change(reader, change, owner));
  }

  /** Deletes an erased user feed's preferences. */
  async erase(feed: string): Promise<void> {
    await this.#options.store.erase([preferencesKey(feed)]);
  }

  async #change(
    reader: string,
    { feeds, severities, ...members }: PreferencesChange,
    owner: string,
  ): Promise<void> {
    const { store, channel, ledger, mutes } = this.#options;
    const key = preferencesKey(reader);
    const version = await this.#pendingChanges.write(store, {
      key,
      ttlSeconds: TTL_SECONDS,
      plan: async (value) => {
        const before = storedPreferencesOf(value);
        const after = withoutExpired({ ...before, ...definedOf(members) });
        if (isDeepStrictEqual(before, after)) return undefined;
        // Keep members added by later versions, but drop mutes that have ended.
        return {
          ...(value as object | undefined),
          ...{ v: DOCUMENT_VERSION, ...after, mutedUntil: after.mutedUntil },
        };
      },
      // A signed-in reader's preferences don't count toward the quota, so other documents can't evict them.
      ...(owner !== reader && { beforeFirst: () => ledger.admit(owner, key) }),
    });
    if (feeds !== undefined || severities !== undefined)
      await this.#pendingChanges.remember(key, () => mutes.set(reader, { feeds, severities }, owner));
    if (version === undefined && !this.#pendingChanges.has(key)) return;
    await this.#pendingChanges.publish(key, () =>
      channel.publish({ name: 'preferences', reader, version: version ?? '' }),
    );
  }
}

function storedPreferencesOf(value: unknown): StoredPreferences {
  const { quietHours, sound, desktop, sources, categories } = DEFAULT_PREFERENCES;
  if (value === undefined) return { quietHours, sound, desktop, sources, categories };
  return fromDocument(parseStored(preferencesDocumentSchema, value, "a reader's preferences"));
}

function fromDocument({ mutedUntil, ...document }: PreferencesDocument): StoredPreferences {
  const { quietHours, sound, desktop, sources, categories } = document;
  const members = { quietHours: quietHours && quietHoursOf(quietHours), sound, desktop, sources, categories };
  return withoutExpired({
    ...members,
    mutedUntil: mutedUntil?.map(({ list, name, until }) => ({ list, name, until })),
  });
}

/** Removes expired mutes. If no mutes remain, omits `mutedUntil`, as for readers who never had any. */
function withoutExpired({ mutedUntil = [], ...members }: StoredPreferences): StoredPreferences {
  const inForce = mutedUntil.filter((mute) => isInForce(mute, Date.now()));
  return inForce.length > 0 ? { ...members, mutedUntil: inForce } : members;
}

const quietHoursOf = ({ from, to, timeZone, days, allow }: QuietHours): QuietHours => ({
  ...{ from, to, timeZone, allow },
  ...(days && { days }),
});

const definedOf = (members: PreferencesChange): Partial<StoredPreferences> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
