import { isDeepStrictEqual } from 'node:util';
import { KeyedQueue } from '../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../readers/documents/write-document.ts';
import { AWAY_TTL_SECONDS, parseAway, storedOf, type AwayDocument, type Receipt } from './document.ts';
import type { FallbacksOptions } from './options.ts';
import { withUnpublished } from './receipts/publish-receipts.ts';

/** The stored documents of readers, which change one version at a time. */
export class AwayDocuments {
  readonly #use: Pick<FallbacksOptions, 'store' | 'publishReceipt' | 'observer'>;
  /** Within an instance, changes to a reader's document run one at a time; between instances, the etag decides. */
  readonly #turns = new KeyedQueue();

  constructor(options: Pick<FallbacksOptions, 'store' | 'publishReceipt' | 'observer'>) {
    this.#use = options;
  }

  /**
   * Replaces a document, unless `plan` returns `undefined` or an equal one. With `ends`, the observer is told that
   * the fallbacks of its new receipts have ended. A call that rejects may still have stored receipts: they remain in
   * `planned`, so that a repeated call reports them.
   */
  async change<After extends AwayDocument | undefined>(
    key: string,
    plan: (before: AwayDocument | undefined) => Promise<After>,
    { ends = true, planned = [] }: { ends?: boolean; planned?: Receipt[] } = {},
  ): Promise<After> {
    let after: After | undefined;
    await this.#turns.add(key, () =>
      writeDocument(this.#use.store, {
        ...{ key, ttlSeconds: AWAY_TTL_SECONDS },
        plan: async (value) => {
          const before = value === undefined ? undefined : parseAway(value);
          after = await plan(before);
          if (!ends) return after;
          if (after && this.#use.publishReceipt) after = withUnpublished(before, after) as After;
          const known = new Set(before?.receipts);
          planned.push(...(after?.receipts ?? []).filter((receipt) => !known.has(receipt)));
          return isDeepStrictEqual(after, before) ? undefined : after;
        },
      }),
    );
    const ended = storedOf(planned.splice(0), after);
    if (ended.length > 0) this.#use.observer.ended(ended);
    return after as After;
  }
}
