import { DOCUMENT_VERSION, mutesDocumentSchema, mutesKey, type Mutes } from '@tocsin/contracts';
import { TemporaryError } from '../deliver/errors.ts';
import type { ReaderChannel, ReaderStore } from './ports.ts';
import { writeDocument } from './write-document.ts';

const TTL_SECONDS = 366 * 24 * 60 * 60;

/** What each reader has muted; kept for a year after it was last set. */
export class MuteLists {
  readonly #store: ReaderStore;
  readonly #channel: ReaderChannel;

  constructor(store: ReaderStore, channel: ReaderChannel) {
    this.#store = store;
    this.#channel = channel;
  }

  async of(reader: string): Promise<Mutes> {
    const stored = await this.#store.read(mutesKey(reader));
    if (!stored) return { feeds: [], severities: [] };
    const parsed = mutesDocumentSchema.safeParse(stored.value);
    if (!parsed.success)
      throw new TemporaryError(
        `the mutes of a reader cannot be read by this version: ${parsed.error.message}`,
      );
    const { feeds, severities } = parsed.data;
    return { feeds, severities };
  }

  /** Resolves when they are kept and the reader's connections are told. The last one counts. */
  async set(reader: string, { feeds, severities }: Mutes): Promise<void> {
    const mutes = { feeds: [...new Set(feeds)], severities: [...new Set(severities)] };
    const document = { v: DOCUMENT_VERSION, ...mutes };
    await writeDocument(this.#store, mutesKey(reader), TTL_SECONDS, async () => document);
    await this.#channel.tell({ name: 'mutes', reader, event: mutes });
  }
}
