import { DOCUMENT_VERSION, ledgerKey, ledgerSchema, type Ledger } from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { sizeOf } from '../../feed/present.ts';
import type { ReaderStore } from '../ports.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { writeDocument } from './write-document.ts';

export interface DocumentLedgerOptions {
  store: ReaderStore;
  /** Maximum number of documents per owner. */
  max: number;
  now: () => number;
}

type PlanLedger = (listed: Ledger['documents']) => Promise<Ledger['documents'] | undefined>;

const MAX_LEDGER_BYTES = 128 * 1024;
const TTL_SECONDS = 366 * 24 * 60 * 60;

/**
 * Limits the documents per owner; at the limit, a new document replaces the oldest. The owner is a signed-in reader or,
 * without sign-in, an address, because one address can claim to be any number of browsers.
 */
export class DocumentLedger {
  readonly #use: DocumentLedgerOptions;
  readonly #turns = new KeyedQueue();

  constructor(options: DocumentLedgerOptions) {
    this.#use = options;
  }

  /** Registers a new document. Resolves when the documents that it replaces are deleted. */
  admit(owner: string, key: string): Promise<void> {
    const { store, max, now } = this.#use;
    return this.#change(owner, async (listed) => {
      const since = now() - TTL_SECONDS * 1000;
      const documents = listed.filter(([other, at]) => other !== key && at > since);
      documents.push([key, now()]);
      const dropped: string[] = [];
      while (documents.length > 1 && (documents.length > max || sizeOf(documents) > MAX_LEDGER_BYTES))
        dropped.push(...documents.splice(0, 1).map(([oldest]) => oldest));
      // Delete before writing the ledger. In the other order, a failed delete would leave an unlisted document behind
      // until it expires.
      if (dropped.length > 0) await store.remove(dropped);
      return documents;
    });
  }

  /** Removes deleted documents from the ledger, so that their names are deleted too. */
  forget(owner: string, keys: readonly string[]): Promise<void> {
    return this.#change(owner, async (listed) => {
      const documents = listed.filter(([key]) => !keys.includes(key));
      return documents.length === listed.length ? undefined : documents;
    });
  }

  /** Within an instance, changes to a ledger run one at a time; between instances, its etag decides. */
  #change(owner: string, plan: PlanLedger): Promise<void> {
    return this.#turns.add(owner, () => this.#write(ledgerKey(owner), plan));
  }

  async #write(key: string, plan: PlanLedger): Promise<void> {
    await writeDocument(this.#use.store, {
      key,
      ttlSeconds: TTL_SECONDS,
      plan: async (value) => {
        const documents = await plan(
          value === undefined ? [] : parseStored(ledgerSchema, value, key).documents,
        );
        return documents && ({ v: DOCUMENT_VERSION, documents } satisfies Ledger);
      },
    });
  }
}
