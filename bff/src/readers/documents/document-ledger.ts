import { DOCUMENT_VERSION, ledgerKey, ledgerSchema, type Ledger } from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { sizeOf } from '../../feed/present.ts';
import type { ReaderStore } from '../ports.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { writeDocument } from './write-document.ts';

export interface DocumentLedgerOptions {
  store: ReaderStore;
  max: number;
  now: () => number;
}

type PlanLedger = (listed: Ledger['documents']) => Promise<Ledger['documents'] | undefined>;

const MAX_LEDGER_BYTES = 128 * 1024;
const TTL_SECONDS = 366 * 24 * 60 * 60;

/**
 * Limits the documents per owner. At the limit, a new document replaces the oldest. The owner is the reader if signed
 * in, otherwise the IP address. A `clientId` can't be the owner, because one address can pose as any number of
 * browsers.
 */
export class DocumentLedger {
  readonly #options: DocumentLedgerOptions;
  readonly #turns = new KeyedQueue();

  constructor(options: DocumentLedgerOptions) {
    this.#options = options;
  }

  /** Registers a new document. Resolves once the documents it replaces are deleted. */
  admit(owner: string, key: string): Promise<void> {
    const { store, max, now } = this.#options;
    return this.#change(owner, async (listed) => {
      const since = now() - TTL_SECONDS * 1000;
      const documents = listed.filter(([other, at]) => other !== key && at > since);
      documents.push([key, now()]);
      const dropped: string[] = [];
      while (documents.length > 1 && (documents.length > max || sizeOf(documents) > MAX_LEDGER_BYTES))
        dropped.push(...documents.splice(0, 1).map(([oldest]) => oldest));
      // Erase before writing the ledger. Otherwise, after a failed erasure, a document that the ledger no longer lists
      // would remain until it expires. Erase instead of removing: without a tombstone, a change in progress could write
      // the document back.
      if (dropped.length > 0) await store.erase(dropped);
      return documents;
    });
  }

  /** Resolves with the keys of an owner's documents, possibly including expired documents. */
  async keysOf(owner: string): Promise<string[]> {
    const key = ledgerKey(owner);
    return listedIn(key, (await this.#options.store.read(key))?.value).map(([listed]) => listed);
  }

  /** Deletes an owner's documents and ledger. Resolves with the documents' keys. */
  async erase(owner: string): Promise<string[]> {
    let keys: string[] = [];
    await this.#turns.add(owner, async () => {
      keys = await this.keysOf(owner);
      // Delete the ledger last, so that a failed attempt can be retried.
      await this.#options.store.erase(keys);
      await this.#options.store.erase([ledgerKey(owner)]);
    });
    return keys;
  }

  /** Within an instance, changes to a ledger run one at a time. Between instances, the etag detects conflicts. */
  #change(owner: string, plan: PlanLedger): Promise<void> {
    return this.#turns.add(owner, () => this.#write(ledgerKey(owner), plan));
  }

  async #write(key: string, plan: PlanLedger): Promise<void> {
    await writeDocument(this.#options.store, {
      key,
      ttlSeconds: TTL_SECONDS,
      plan: async (value) => {
        const documents = await plan(listedIn(key, value));
        return documents && ({ v: DOCUMENT_VERSION, documents } satisfies Ledger);
      },
    });
  }
}

const listedIn = (key: string, value: unknown): Ledger['documents'] =>
  value === undefined ? [] : parseStored(ledgerSchema, value, key).documents;
