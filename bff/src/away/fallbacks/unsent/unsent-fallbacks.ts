import type { UnsentName, UnsentPage, UnsentQuery, UnsentResult } from '@tocsin/contracts';
import { TemporaryError } from '../../../deliver/errors.ts';
import { Slots } from '../../../readers/search/slots.ts';
import { nextCheck, type DecisionInput } from '../decide/decide.ts';
import { awayKey, hashOfReader, parseAway, type AwayDocument } from '../document.ts';
import type { AwayDocuments } from '../documents.ts';
import type { FallbacksOptions } from '../options.ts';
import { wakeUpName } from '../wake-ups/wake-up-names.ts';
import { wakeUpFor } from '../wake-ups/wake-up-times.ts';
import { listUnsent } from './list-unsent.ts';
import { NOT_FOUND, dismiss, sendAgain, type CloseResult } from './send-again.ts';
import type { UnsentIndex } from './unsent-index.ts';

export interface UnsentFallbacksOptions extends Pick<
  FallbacksOptions,
  'store' | 'wakeUps' | 'observer' | 'now'
> {
  documents: AwayDocuments;
  index: UnsentIndex;
  rulesOf: DecisionInput['rulesOf'];
}

const MAX_RUNNING_LISTS = 2;
const MAX_WAITING_LISTS = 16;
/**
 * Delay of the wake-up that is needed if the process crashes after a document write (ms). Longer than the write takes.
 */
const CRASH_WAKE_UP_MS = 2 * 60_000;
/**
 * Time limit for a request (ms), after which the remaining readers are skipped. The ops page waits a minute for the
 * response.
 */
const TIME_LIMIT_MS = 30_000;
const UNAVAILABLE = 'The fallback might not have been changed. Try again.';

/** Fallbacks that were refused or might not have been sent, for operators. */
export class UnsentFallbacks {
  readonly #options: UnsentFallbacksOptions;
  readonly #lists = new Slots(MAX_RUNNING_LISTS, MAX_WAITING_LISTS);

  constructor(options: UnsentFallbacksOptions) {
    this.#options = options;
  }

  list(query: UnsentQuery): Promise<UnsentPage> {
    const onError = (error: unknown) => this.#options.observer.failed('list-unsent', error);
    return this.#lists.run(() => listUnsent(query, { ...this.#options, onError }));
  }

  /**
   * Puts fallbacks back into the queue, due now. Safe to repeat. They are sent unless the notification has since been
   * read or has left the history.
   */
  sendAgain(names: readonly UnsentName[]): Promise<UnsentResult> {
    const { rulesOf, now } = this.#options;
    return this.#closeAll(names, async (reader, namesOfReader) => {
      const hash = hashOfReader(reader);
      const plan = (document: AwayDocument) => sendAgain(document, namesOfReader, { now: now(), rulesOf });
      const planned = await this.#dryRun(reader, plan);
      if (!planned || planned.done === 0) return planned;
      // Set a wake-up before the write, in case the process crashes after the write. Turns that add later fallbacks in
      // the meantime also rely on this wake-up (`hasWakeUp`).
      const wakeUpAt = now() + CRASH_WAKE_UP_MS;
      await this.#options.wakeUps.set(wakeUpName(hash, wakeUpAt, { unique: true }), wakeUpAt);
      const closing = await this.#change(reader, plan);
      if (closing) await this.#wakeUp(hash, closing.document);
      return closing;
    });
  }

  /** Removes fallbacks from the list. Safe to repeat. */
  dismiss(names: readonly UnsentName[]): Promise<UnsentResult> {
    const { now } = this.#options;
    return this.#closeAll(names, (reader, namesOfReader) =>
      this.#change(reader, (document) => dismiss(document, namesOfReader, { now: now() })),
    );
  }

  /**
   * Processes readers one by one until the time limit. If changing a reader's fallbacks fails, continues with the next
   * reader.
   */
  async #closeAll(
    names: readonly UnsentName[],
    close: (reader: string, namesOfReader: readonly UnsentName[]) => Promise<CloseResult | undefined>,
  ): Promise<UnsentResult> {
    const { now, observer } = this.#options;
    const result: UnsentResult = { done: 0, failed: [] };
    const end = now() + TIME_LIMIT_MS;
    for (const reader of new Set(names.map((name) => name.reader))) {
      const namesOfReader = names.filter((name) => name.reader === reader);
      try {
        if (now() > end) throw new TemporaryError(`the request took longer than ${TIME_LIMIT_MS} ms`);
        const closing = await close(reader, namesOfReader);
        result.done += closing?.done ?? 0;
        result.failed.push(...(closing?.failed ?? namesOfReader.map((name) => ({ ...name, ...NOT_FOUND }))));
      } catch (error) {
        observer.failed('close-unsent', error);
        result.failed.push(
          ...namesOfReader.map((name) => ({ ...name, code: 'unavailable' as const, detail: UNAVAILABLE })),
        );
      }
    }
    return result;
  }

  /** Runs a change without storing the result. `undefined` if the reader has no fallbacks. */
  async #dryRun(
    reader: string,
    plan: (document: AwayDocument) => CloseResult,
  ): Promise<CloseResult | undefined> {
    const stored = await this.#options.store.read(awayKey(hashOfReader(reader)));
    return stored && plan(parseAway(stored.value));
  }

  async #change(
    reader: string,
    plan: (document: AwayDocument) => CloseResult,
  ): Promise<CloseResult | undefined> {
    let closing: CloseResult | undefined;
    const key = awayKey(hashOfReader(reader));
    await this.#options.documents.change(
      key,
      async (before) => {
        closing = before && plan(before);
        return closing?.document === before ? undefined : closing?.document;
      },
      { mayEndFallbacks: false },
    );
    return closing;
  }

  /** Sets the wake-up for the next check. If this fails, the wake-up from before the write triggers the check later. */
  async #wakeUp(hash: string, document: AwayDocument): Promise<void> {
    const now = this.#options.now();
    const next = nextCheck(document, this.#options.rulesOf);
    if (next === undefined) return;
    try {
      await this.#options.wakeUps.set(...wakeUpFor(hash, { next, now, isFull: false }));
    } catch (error) {
      this.#options.observer.failed('close-unsent', error);
    }
  }
}
