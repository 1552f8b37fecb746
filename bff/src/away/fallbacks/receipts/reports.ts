import type { FallbackObserver } from '../fallback-observer.ts';
import type { AwayDocument } from '../document.ts';
import { hasUnlisted, unlistedOf, withListed, withUnlisted, type ListUnsent } from './list-unsent.ts';
import {
  hasUnpublished,
  publishReceipts,
  withPublished,
  withUnpublished,
  type PublishReceipt,
} from './publish-receipts.ts';

/** Whatever could not be reported is reported again after this time, in ms. */
export const REPORT_AGAIN_MS = 30_000;

export interface ReportsOptions {
  /** Publishes the end of each fallback at least once; absent without RECEIPTS_TOPIC. */
  publishReceipt?: PublishReceipt | undefined;
  /** Lists fallbacks that were not sent, or perhaps not, for operators. */
  listUnsent: ListUnsent;
  observer: Pick<FallbackObserver, 'failed'>;
}

/** Reports ended fallbacks to other applications and to operators. A mark on each receipt says what is still to do. */
export class Reports {
  readonly #use: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#use = options;
  }

  /** Marks the receipts that are missing in `before`. */
  mark(before: AwayDocument | undefined, after: AwayDocument): AwayDocument {
    const marked = withUnlisted(before, after);
    return this.#use.publishReceipt ? withUnpublished(before, marked) : marked;
  }

  /** Whether a receipt must be reported. */
  isDue(document: AwayDocument): boolean {
    return hasUnlisted(document) || (this.#use.publishReceipt !== undefined && hasUnpublished(document));
  }

  /** Resolves with whether all are reported, and with a function that removes their marks. Never rejects. */
  async report(
    document: AwayDocument,
  ): Promise<{ isDone: boolean; unmark: (current: AwayDocument) => AwayDocument }> {
    const { publishReceipt, listUnsent, observer } = this.#use;
    const records = unlistedOf(document);
    const [listed, published] = await Promise.allSettled([
      records.length > 0 ? listUnsent(records) : undefined,
      publishReceipt && publishReceipts(document, publishReceipt),
    ]);
    if (listed.status === 'rejected') observer.failed('list', listed.reason);
    if (published.status === 'rejected') observer.failed('publish-receipt', published.reason);
    return {
      isDone: listed.status === 'fulfilled' && published.status === 'fulfilled',
      unmark: (current) => {
        const one = listed.status === 'fulfilled' ? withListed(current, records) : current;
        return published.status === 'fulfilled' && published.value
          ? withPublished(one, published.value)
          : one;
      },
    };
  }
}
