import {
  DOCUMENT_VERSION,
  mutesDocumentSchema,
  mutesKey,
  type Mutes,
  type MutesDocument,
} from '@tocsin/contracts';
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
    const { feeds, severities } = parse(stored.value);
    return { feeds, severities };
  }

  /**
   * Resolves when they are kept and the reader's connections are told. The last one counts, but nothing is written over
   * what this version cannot read.
   */
  async set(reader: string, { feeds, severities }: Mutes): Promise<void> {
    const mutes = { feeds: [...new Set(feeds)], severities: [...new Set(severities)] };
    const document = { v: DOCUMENT_VERSION, ...mutes };
    await writeDocument(this.#store, mutesKey(reader), TTL_SECONDS, async (value) => {
      if (value !== undefined) parse(value);
      return document;
    });
    await this.#channel.tell({ name: 'mutes', reader, event: mutes });
  }
}

function parse(value: unknown): MutesDocument {
  const parsed = mutesDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TemporaryError(`the mutes of a reader cannot be read by this version: ${parsed.error.message}`);
}
