import { randomBytes } from 'node:crypto';
import { DEFAULT_PREFERENCES, interruptionRule } from '@tocsin/contracts';
import { Slots } from '../../readers/search/slots.ts';
import type { Contacts } from '../channels/channel.ts';
import { SEND_TIME_MS, decide, hasDue, itemsToCheck, nextCheck, type Decision } from './decide/decide.ts';
import {
  awayKey,
  hashOfReader,
  newAway,
  parseAway,
  type AwayDocument,
  type Receipt,
  type Sending,
} from './document.ts';
import { addedByReader, replaceWaiting, unlessDamaged, withPositions, type NewItems } from './committed.ts';
import { AwayDocuments } from './documents.ts';
import type { FallbacksOptions, ReaderContacts } from './options.ts';
import {
  erasureOf,
  register,
  replace,
  retract,
  type ErasedFallbacks,
  type IsErased,
  type NewNotification,
} from './register.ts';
import { sendMessage } from './send/send-message.ts';
import { settle } from './send/settle.ts';
import { hasUnpublished, retryPublishAt } from './receipts/publish-receipts.ts';
import { ReceiptPublishing } from './receipts/publishing.ts';
import { InFlight, settledWithin } from './send/in-flight.ts';
import { UnsentFallbacks } from './unsent/unsent-fallbacks.ts';
import { UnsentIndex } from './unsent/unsent-index.ts';
import { parseWakeUp } from './wake-ups/wake-up-names.ts';
import { hasWakeUp, wakeUpFor, type CurrentWakeUp } from './wake-ups/wake-up-times.ts';
import { within } from './within.ts';

const USER = 'user:';
/**
 * Maximum wake-ups being delivered. Further wake-ups are refused, and Dapr retries them after a second. Dapr opens at
 * most 1,024 connections to an application. Each wake-up occupies one, and announcements and health checks need some
 * too.
 */
const MAX_WAKE_UPS = 664;
/** Maximum readers checked in parallel. */
const MAX_CHECKS = 64;
/** If a wake-up's messages are all sent and recorded within this time (ms), no wake-up is set for their deadlines. */
const QUICK_MS = 3_000;
const SETTLE_ATTEMPTS = 5;
/** Time limit for a decision's reads (ms). After a timeout, the wake-up is repeated. */
const DECIDE_MS = 10_000;

/**
 * Sends notifications through other channels if the reader hasn't read them in time. The waiting notifications and
 * their content are stored in the reader's document. Each version of the document is written by exactly one process, so
 * each message is claimed, sent and recorded by exactly one process.
 */
export class Fallbacks {
  readonly #options: FallbacksOptions;
  readonly #documents: AwayDocuments;
  readonly #receipts: ReceiptPublishing;
  readonly #unsentIndex: UnsentIndex;
  /** The unsent fallbacks, for operators. */
  readonly unsent: UnsentFallbacks;
  readonly #sends = new InFlight();
  readonly #deliveries = new Slots(MAX_WAKE_UPS, 0);
  readonly #checks = new Slots(MAX_CHECKS, MAX_WAKE_UPS);

  readonly #rulesOf = (via: string) => this.#options.channels.get(via)?.rules;

  constructor(options: FallbacksOptions) {
    this.#options = options;
    const { store, observer, now } = options;
    const onError = (error: unknown) => observer.failed('list-unsent', error);
    this.#unsentIndex = new UnsentIndex({ store, onError, now });
    this.#documents = new AwayDocuments({ ...options, index: this.#unsentIndex });
    this.#receipts = new ReceiptPublishing({ ...options, documents: this.#documents });
    const shared = { documents: this.#documents, index: this.#unsentIndex, rulesOf: this.#rulesOf };
    this.unsent = new UnsentFallbacks({ ...options, ...shared });
  }

  /**
   * Stores the fallbacks of committed items. Safe to repeat with the same items. Rejects if a write might have failed;
   * the turn must then be retried.
   */
  async committed(items: NewItems): Promise<void> {
    await Promise.all(
      addedByReader(items, this.#options.policy).map(({ reader, added }) => {
        const hasFallbacks = added.some(({ fallback }) => fallback.length > 0);
        const change = hasFallbacks ? this.#register(reader, added) : this.#replace(reader, added);
        return unlessDamaged(change, this.#options);
      }),
    );
  }

  /**
   * Decides on a reader's due fallbacks and sends them. `name` is the wake-up's name. Resolves when the wake-up is no
   * longer needed: once the outcome is stored or, if that takes longer than `QUICK_MS`, once the decision and the next
   * wake-up are stored. Resolves with false for unknown names.
   */
  async wake(name: string): Promise<boolean> {
    const parsed = parseWakeUp(name);
    if (!parsed) return false;
    await this.#deliveries.run(() => this.#deliver(parsed.hash, { name, at: parsed.at }));
    return true;
  }

  /** Ends the fallbacks of retracted notifications and removes their content. Erasing a feed removes everything. */
  async erase(erased: ErasedFallbacks): Promise<void> {
    if (!erased.feed.startsWith(USER)) return;
    const hash = hashOfReader(erased.feed);
    const key = awayKey(hash);
    const isErased = erasureOf(erased);
    if (!isErased) {
      await this.#documents.remove(key);
      return this.#unsentIndex.forget(hash);
    }
    await unlessDamaged(this.#retract(key, isErased), this.#options);
  }

  /** Reads the document with the reader's fallbacks, for receipts and exports. `undefined` if there are none. */
  async stored(reader: string): Promise<AwayDocument | undefined> {
    const key = awayKey(hashOfReader(reader));
    const stored = await this.#options.store.read(key);
    return stored && parseAway(stored.value, key);
  }

  /** Waits until no message is being sent, and stops the index of unsent fallbacks. */
  async stop(): Promise<void> {
    await this.#sends.settled();
    await this.#unsentIndex.stop();
  }

  async #register(reader: string, committed: readonly NewNotification[]): Promise<void> {
    const { observer, onStep, now } = this.#options;
    const added = committed.filter(({ fallback }) => fallback.length > 0);
    let isWakeUpSet = false;
    const { document, addsReceipts } = await this.#documents.changeInTurn(
      awayKey(hashOfReader(reader)),
      async (before) => {
        const placed = await withPositions(reader, committed, before, this.#options);
        const after = replace(register(before ?? newAway(reader), placed, now()), placed, now());
        isWakeUpSet =
          before !== undefined && hasWakeUp(before, after, { added, rulesOf: this.#rulesOf, now: now() });
        return after;
      },
    );
    observer.registered(added.length);
    await onStep('fallback-stored');
    if (document && (!isWakeUpSet || hasUnpublished(document)))
      await this.#wakeUp(document, { addsReceipts });
  }

  async #retract(key: string, isErased: IsErased): Promise<void> {
    const at = this.#options.now();
    const { document, addsReceipts } = await this.#documents.changeInTurn(
      key,
      async (before) => before && retract(before, isErased, at),
    );
    // Set a wake-up even if all receipts are published: a process might have been killed after it stored other
    // fallbacks and before it set their wake-up.
    if (document) await this.#wakeUp(document, { addsReceipts });
  }

  async #replace(reader: string, newer: readonly NewNotification[]): Promise<void> {
    const { document, addsReceipts } = await replaceWaiting(reader, newer, this.#documents, this.#options);
    if (document) await this.#wakeUp(document, { addsReceipts });
  }

  async #deliver(hash: string, woken: CurrentWakeUp): Promise<void> {
    const checked = await this.#checks.run(() => this.#check(hash, woken));
    if (!checked) return;
    const { document, sends } = checked;
    const isDone = sends.length > 0 && (await settledWithin(QUICK_MS, sends));
    if (!isDone) await this.#wakeUp(document, { woken });
  }

  /**
   * Claims the due messages and starts sending them. Resolves with the running sends and the document, or with
   * `undefined` if the reader has no document. Doesn't wait for channels or the broker.
   */
  async #check(
    hash: string,
    woken: CurrentWakeUp,
  ): Promise<{ document: AwayDocument; sends: Promise<boolean>[] } | undefined> {
    let claimed: readonly Sending[] = [];
    // Start this read before reading the document, so that both are batched into a single store call.
    const contactsPromise = this.#options.contacts.findByHash(hash);
    const [contacts, document] = await Promise.all([
      contactsPromise,
      this.#documents.change(awayKey(hash), async (before) => {
        if (!before || hashOfReader(before.reader) !== hash) return undefined;
        // If an earlier attempt to write succeeded but the store's response was lost, the messages are already stored.
        const saved = claimed.filter((message) => isStored(before, message));
        claimed = saved;
        if (saved.length > 0 || !hasDue(before, { now: this.#options.now(), woken: woken.at })) return before;
        const { document: after, messages } = await this.#decide(before, await contactsPromise, woken.at);
        claimed = messages;
        return after;
      }),
    ]);
    if (!document) return undefined;
    if (claimed.length === 0) return { document, sends: [] };
    await this.#options.onStep('fallback-claimed');
    // Start the sends before anything that can fail, such as storing a wake-up. No other process is allowed to send
    // these messages.
    const sends = claimed.map((message) =>
      this.#sends.add(message.via, this.#send(document.reader, { message, contacts, woken })),
    );
    return { document, sends };
  }

  /** Reads only the data that the due steps need, and decides. Steps without a channel or an address need none. */
  async #decide(document: AwayDocument, contacts: Contacts, woken: number): Promise<Decision> {
    const { channels, now } = this.#options;
    const at = now();
    const reaches = (via: string) => channels.get(via)?.channel.reaches(contacts) ?? false;
    const times = { now: at, woken };
    const due = itemsToCheck(document, { ...times, rulesOf: this.#rulesOf, reaches });
    const facts = Promise.all([
      this.#options.standingsOf(document.reader, due),
      due.length > 0 ? this.#options.preferencesOf(document.reader) : DEFAULT_PREFERENCES,
    ]);
    // The time limit breaks a possible deadlock. If the store has lost part of the feed, reading the marks waits for
    // the feed's turns, and a turn could be waiting for this decision.
    const [standingOf, preferences] = await within(DECIDE_MS, 'reading the marks', facts);
    return decide(document, {
      ...times,
      rulesOf: this.#rulesOf,
      ...{ reaches, standingOf, isFull: (via) => this.#sends.isFull(via) },
      mayInterrupt: interruptionRule(preferences, at),
      newKey: () => randomBytes(16).toString('hex'),
    });
  }

  /**
   * Sends a message. Resolves with true if the outcome and the next wake-up are stored. If not, another process takes
   * over the message after the deadline. Never rejects.
   */
  async #send(
    reader: string,
    { message, contacts, woken }: { message: Sending; contacts: ReaderContacts; woken: CurrentWakeUp },
  ): Promise<boolean> {
    const { channels, observer, now } = this.#options;
    const { via, key, attempts, until } = message;
    const configured = channels.get(via);
    if (!configured) return false;
    const result = await sendMessage(this.#options, {
      channel: configured.channel,
      reader,
      message,
      contacts,
    });
    await this.#options.onStep('fallback-sent');
    if (result.outcome === 'unavailable' || result.outcome === 'unknown')
      observer.unavailable(via, result.reason);
    // The time of the outcome must not be earlier than the claim. If our clock is behind the scheduler's, the claim has
    // the scheduler's time.
    const at = Math.max(now(), until - SEND_TIME_MS);
    const newReceipts: Receipt[] = [];
    for (let attempt = 1; ; attempt++) {
      try {
        const document = await this.#documents.change(
          awayKey(hashOfReader(reader)),
          async (before) => before && settle(before, { key, attempts }, result, configured.rules, at),
          { newReceipts },
        );
        if (document) await this.#wakeUp(document, { woken });
        return true;
      } catch (error) {
        observer.failed('settle', error);
        if (attempt === SETTLE_ATTEMPTS) return false;
      }
    }
  }

  /**
   * Stores a wake-up for the next due fallback or for unpublished receipts. If a wake-up is being delivered (`woken`),
   * publishes the receipts first. Turns don't pass `woken`, because they must not wait for the broker.
   */
  async #wakeUp(
    document: AwayDocument,
    { woken, addsReceipts = false }: { woken?: CurrentWakeUp; addsReceipts?: boolean },
  ): Promise<void> {
    const hash = hashOfReader(document.reader);
    const isPublished = woken ? await this.#receipts.publish(document) : !hasUnpublished(document);
    const now = this.#options.now();
    const publishAt = addsReceipts ? now : retryPublishAt(hash, now);
    const next = Math.min(nextCheck(document, this.#rulesOf) ?? Infinity, isPublished ? Infinity : publishAt);
    if (next === Infinity) return;
    const pending = [...document.sending, ...document.waiting.flatMap(({ steps }) => steps)];
    const isFull = pending.some(({ via }) => this.#sends.isFull(via));
    await this.#options.wakeUps.set(...wakeUpFor(hash, { next, now, isFull, woken }));
  }
}

/** Whether this process has already stored this new message. The key is random, so no other process knows it. */
const isStored = ({ sending }: AwayDocument, { key, attempts }: Sending): boolean =>
  attempts === 1 && sending.some((message) => message.key === key && message.attempts === attempts);
