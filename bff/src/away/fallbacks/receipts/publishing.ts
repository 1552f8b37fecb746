import { awayKey, hashOfReader, type AwayDocument } from '../document.ts';
import type { AwayDocuments } from '../documents.ts';
import type { FallbacksOptions } from '../options.ts';
import { hasUnpublished, publishReceipts, withPublished, type PublishReceipt } from './publish-receipts.ts';

export interface ReceiptPublishingOptions extends Pick<FallbacksOptions, 'publishReceipt' | 'observer'> {
  documents: Pick<AwayDocuments, 'change'>;
}

/** Publishes unpublished receipts. An instance publishes a reader's receipts one at a time. */
export class ReceiptPublishing {
  readonly #use: ReceiptPublishingOptions;
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(options: ReceiptPublishingOptions) {
    this.#use = options;
  }

  /** Publishes the reader's unpublished receipts. Resolves with false if any remain. Never rejects. */
  async publish(document: AwayDocument): Promise<boolean> {
    const { publishReceipt } = this.#use;
    if (!publishReceipt || !hasUnpublished(document)) return true;
    const key = awayKey(hashOfReader(document.reader));
    const running = this.#running.get(key) ?? this.#publishAll(key, document, publishReceipt);
    this.#running.set(key, running);
    return running;
  }

  /** Also publishes the receipts that are stored in the meantime, so that later callers can join. */
  async #publishAll(key: string, document: AwayDocument, publishReceipt: PublishReceipt): Promise<boolean> {
    try {
      let copy: AwayDocument | undefined = document;
      while (copy && hasUnpublished(copy)) copy = await this.#publishCopy(key, copy, publishReceipt);
      return true;
    } catch (error) {
      this.#use.observer.failed('publish-receipt', error);
      return false;
    } finally {
      this.#running.delete(key);
    }
  }

  /** Resolves with the changed document. If a receipt can't be published, rejects once the earlier ones are marked. */
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
        : await this.#use.documents.change(
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
