import { awayKey, hashOfReader, type AwayDocument } from '../document.ts';
import type { AwayDocuments } from '../documents.ts';
import type { FallbacksOptions } from '../options.ts';
import { hasUnpublished, publishReceipts, withPublished, type PublishReceipt } from './publish-receipts.ts';

export interface ReceiptPublishingOptions extends Pick<FallbacksOptions, 'publishReceipt' | 'observer'> {
  documents: Pick<AwayDocuments, 'change'>;
}

/** Maximum readers whose receipts an instance publishes in parallel. Leaves room for wake-ups if the broker is slow. */
const MAX_READERS = 200;

/** Publishes unpublished receipts. An instance publishes a reader's receipts one at a time. */
export class ReceiptPublishing {
  readonly #options: ReceiptPublishingOptions;
  /** The keys of readers whose receipts are being published. */
  readonly #running = new Set<string>();

  constructor(options: ReceiptPublishingOptions) {
    this.#options = options;
  }

  /**
   * Publishes the reader's unpublished receipts. Resolves with false if any remain. Resolves with false at once if this
   * instance is already publishing this reader's receipts, or those of too many other readers. Never rejects.
   */
  async publish(document: AwayDocument): Promise<boolean> {
    const { publishReceipt } = this.#options;
    if (!publishReceipt || !hasUnpublished(document)) return true;
    const key = awayKey(hashOfReader(document.reader));
    if (this.#running.has(key) || this.#running.size >= MAX_READERS) return false;
    this.#running.add(key);
    return this.#publishAll(key, document, publishReceipt);
  }

  /** Publishes the document's receipts, including any that are stored in the meantime. */
  async #publishAll(key: string, document: AwayDocument, publishReceipt: PublishReceipt): Promise<boolean> {
    try {
      let copy: AwayDocument | undefined = document;
      while (copy && hasUnpublished(copy)) copy = await this.#publishCopy(key, copy, publishReceipt);
      return true;
    } catch (error) {
      this.#options.observer.failed('publish-receipt', error);
      return false;
    } finally {
      this.#running.delete(key);
    }
  }

  /**
   * Publishes the receipts in this copy of the document, and removes their `unpublished` marks in the store. Resolves
   * with the stored document. If a receipt can't be published, removes the marks of the receipts before it and then
   * rejects.
   */
  async #publishCopy(
    key: string,
    document: AwayDocument,
    publishReceipt: PublishReceipt,
  ): Promise<AwayDocument | undefined> {
    const published = new Set<string>();
    const publishing = publishReceipts(document, publishReceipt, published);
    await Promise.allSettled([publishing]);
    const after =
      published.size === 0
        ? document
        : await this.#options.documents.change(
            key,
            async (before) => before && withPublished(before, published),
            {
              mayEndFallbacks: false,
            },
          );
    await publishing;
    return after;
  }
}
