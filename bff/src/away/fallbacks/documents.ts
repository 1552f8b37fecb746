import { isDeepStrictEqual } from 'node:util';
import { KeyedQueue } from '../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../readers/documents/write-document.ts';
import {
  AWAY_TTL_SECONDS,
  hashOfReader,
  parseAway,
  storedReceipts,
  type AwayDocument,
  type Receipt,
} from './document.ts';
import type { FallbacksOptions } from './options.ts';
import { withPublished, withUnpublished } from './receipts/publish-receipts.ts';
import type { UnsentIndex } from './unsent/unsent-index.ts';
import { dropOldReceipts, isUnsent } from './unsent/unsent-receipts.ts';

export interface AwayDocumentsOptions extends Pick<
  FallbacksOptions,
  'store' | 'publishReceipt' | 'observer'
> {
  index: Pick<UnsentIndex, 'add'>;
}

export interface ChangeOptions {
  /** Whether the change can end fallbacks. If so, the observer gets the new receipts. */
  mayEndFallbacks?: boolean;
  /**
   * A list for the new receipts. They stay in the list until the observer gets them. If the call rejects, the receipts
   * might have been stored, so pass the same list when you retry.
   */
  newReceipts?: Receipt[];
  /** Whether to wait until the reader is in the index of unsent fallbacks. */
  waitForIndex?: boolean;
}

/** The changed document, and whether the change added unpublished receipts. */
export interface ChangedInTurn {
  document: AwayDocument | undefined;
  addsReceipts: boolean;
}

/** Readers' stored documents. Every change applies to the latest version. */
export class AwayDocuments {
  readonly #options: AwayDocumentsOptions;
  /**
   * Within an instance, changes to a reader's document run one at a time. Between instances, the etag detects
   * conflicts.
   */
  readonly #queue = new KeyedQueue();

  constructor(options: AwayDocumentsOptions) {
    this.#options = options;
  }

  /** Erases a document after this instance's earlier changes. Changes in progress on other instances are refused. */
  remove(key: string): Promise<void> {
    return this.#queue.add(key, () => this.#options.store.erase([key]));
  }

  /** Like `change`, but doesn't wait for the index of unsent fallbacks, because a slow index must not delay turns. */
  async changeInTurn(
    key: string,
    plan: (before: AwayDocument | undefined) => Promise<AwayDocument | undefined>,
  ): Promise<ChangedInTurn> {
    let newest: Receipt | undefined;
    const document = await this.change(
      key,
      (before) => {
        newest = before?.receipts.at(-1);
        return plan(before);
      },
      { waitForIndex: false },
    );
    const last = document?.receipts.at(-1);
    return { document, addsReceipts: last?.unpublished === true && last !== newest };
  }

  /**
   * Replaces a document unless `plan` returns `undefined` or an equal document. Drops old receipts. If there are new
   * receipts of unsent fallbacks, first adds the reader to the index of unsent fallbacks and then writes the document,
   * so that a crash between the two writes loses nothing.
   */
  async change<After extends AwayDocument | undefined>(
    key: string,
    plan: (before: AwayDocument | undefined) => Promise<After>,
    { mayEndFallbacks = true, newReceipts = [], waitForIndex = true }: ChangeOptions = {},
  ): Promise<After> {
    let after: After | undefined;
    /** Like `after`, plus the receipts that don't fit into the document. The observer gets these receipts too. */
    let complete: AwayDocument | undefined;
    let isListed = false;
    const write = async (): Promise<void> => {
      let listed: Promise<void> | undefined;
      await this.#queue.add(key, () =>
        writeDocument(this.#options.store, {
          ...{ key, ttlSeconds: AWAY_TTL_SECONDS },
          plan: async (value) => {
            let before = value === undefined ? undefined : parseAway(value, key);
            // While RECEIPTS_TOPIC is off, nothing else removes the `unpublished` marks.
            if (before && !this.#options.publishReceipt) before = withPublished(before);
            complete = await plan(before);
            if (complete && mayEndFallbacks && this.#options.publishReceipt)
              complete = withUnpublished(before, complete);
            after = (complete && dropOldReceipts(complete)) as After;
            if (!mayEndFallbacks) return after;
            const known = new Set(before?.receipts);
            const added = (complete?.receipts ?? []).filter((receipt) => !known.has(receipt));
            if (!after || isDeepStrictEqual(after, before)) return undefined;
            if (!isListed && added.some((receipt) => isUnsent(receipt, receipt.at))) {
              isListed = true;
              const isFirst = !before?.receipts.some((receipt) => isUnsent(receipt, receipt.at));
              const adding = this.#options.index.add(hashOfReader(after.reader), { isFirst });
              if (waitForIndex) {
                listed = adding;
                return undefined;
              }
            }
            newReceipts.push(...added);
            return after;
          },
        }),
      );
      if (!listed) return;
      await listed;
      // Reread the document, because other changes can run while the index is written. Writing the old version could,
      // for example, restore an erased document.
      return write();
    };
    await write();
    const ended = storedReceipts(newReceipts.splice(0), complete);
    if (ended.length > 0) this.#options.observer.ended(ended);
    return after as After;
  }
}
