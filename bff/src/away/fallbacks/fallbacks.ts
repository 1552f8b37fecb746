import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  isErasure,
  isRetraction,
  mayInterrupt,
  type EntryItem,
  type Fallback,
  type Interruption,
  type Notification,
  type Preferences,
} from '@tocsin/contracts';
import { KeyedQueue } from '../../readers/documents/keyed-queue.ts';
import { writeDocument } from '../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../readers/ports.ts';
import type { AwayMessage, Channel, Contacts, SendResult } from '../channels/channel.ts';
import type { FallbackStep, WakeUps } from '../ports.ts';
import { decide, hasDue, nextCheck, type ChannelRules, type Decision, type Standing } from './decide.ts';
import {
  AWAY_TTL_SECONDS,
  awayKey,
  hashOfReader,
  newAway,
  parseAway,
  type AwayDocument,
  type Receipt,
  type Sending,
  type Waiting,
} from './document.ts';
import { register, registeredOf, retract, type Registered } from './register.ts';
import { settle } from './settle.ts';
import { TELL_AGAIN_MS, hasUntold, tellUntold, withTold, withUntold, type Tell } from './tell.ts';
import { hashInWakeUp, wakeUpName } from './wake-up-names.ts';

export interface ConfiguredChannel {
  channel: Channel;
  rules: ChannelRules;
}

type ReaderContacts = Contacts & { language: AwayMessage['language'] };

export interface FallbacksOptions {
  store: ReaderStore;
  wakeUps: WakeUps;
  channels: ReadonlyMap<string, ConfiguredChannel>;
  /** The fallbacks of a notification that has none of its own. */
  policy: (notification: Notification) => readonly Fallback[];
  standingsOf: (reader: string, waiting: readonly Waiting[]) => Promise<(one: Waiting) => Standing>;
  preferencesOf: (reader: string) => Promise<Preferences>;
  contacts: {
    of(reader: string): Promise<ReaderContacts>;
    forgetDevices(reader: string, endpoints: readonly string[]): Promise<void>;
  };
  /** Throws while links cannot be signed. */
  linksOf: (reader: string, via: string) => AwayMessage['links'];
  observer: FallbackObserver;
  /** Publishes each ended fallback at least once; absent if no other application wants to know. */
  tell?: Tell | undefined;
  onStep: (step: FallbackStep) => Promise<void>;
  now: () => number;
}

/** Receives the events of fallbacks. Its methods must not throw. */
export interface FallbackObserver {
  registered(count: number): void;
  ended(receipts: readonly Receipt[]): void;
  /** The channel could not send; the message is sent later. */
  unavailable(via: string, reason: string): void;
  /** A step failed and will be repeated. */
  failed(step: 'settle' | 'tell', error: unknown): void;
}

const USER = 'user:';
/** A wake-up this soon could meet one that is being handed over, so it gets a name of its own. */
const SOON_MS = 5_000;
const MIN_WAIT_MS = 100;
const SETTLE_ATTEMPTS = 5;

/**
 * Messages through other channels for notifications that their reader has not read in time. The document of a reader
 * holds them with their content. A version of the document belongs to the one process that wrote it, so each message
 * is claimed by one process, which sends it and records the outcome.
 */
export class Fallbacks {
  readonly #use: FallbacksOptions;
  /** Within an instance, changes of one reader run one at a time; between instances, the etag decides. */
  readonly #turns = new KeyedQueue();
  readonly #sends = new Set<Promise<void>>();

  constructor(options: FallbacksOptions) {
    this.#use = options;
  }

  /**
   * Stores the fallbacks of the items that a turn has committed. May be repeated with the same items. Rejects if an
   * outcome is unknown; then the turn must be repeated.
   */
  async committed(items: ReadonlyMap<string, readonly { item: EntryItem }[]>): Promise<void> {
    const readers = [...items].flatMap(([feed, placed]) => {
      if (!feed.startsWith(USER)) return [];
      const added = placed.flatMap(({ item }) => {
        if (isRetraction(item) || isErasure(item)) return [];
        return registeredOf(item, this.#use.policy) ?? [];
      });
      return added.length > 0 ? [{ reader: feed, added }] : [];
    });
    await Promise.all(readers.map(({ reader, added }) => this.#register(reader, added)));
  }

  /**
   * Decides about the due fallbacks of a reader, and starts to send them. `woken` is the name of the wake-up. Resolves
   * when the decision and the next wake-up are stored; sending continues. Resolves with false for unknown names.
   */
  async wake(woken: string): Promise<boolean> {
    const hash = hashInWakeUp(woken);
    if (hash === undefined) return false;
    await this.#check(hash, woken);
    return true;
  }

  /** Removes waiting content of retracted notifications, and everything if the feed was erased. */
  async erase({ feed, ids }: { feed: string; ids?: readonly string[] | undefined }): Promise<void> {
    if (!feed.startsWith(USER)) return;
    const key = awayKey(hashOfReader(feed));
    if (ids === undefined) return this.#use.store.remove([key]);
    const at = this.#use.now();
    const document = await this.#change(key, async (before) => before && retract(before, new Set(ids), at));
    if (document && hasUntold(document)) await this.#wakeUp(document);
  }

  /** The reader's document, for receipts and exports; `undefined` without fallbacks. */
  async stored(reader: string): Promise<AwayDocument | undefined> {
    const stored = await this.#use.store.read(awayKey(hashOfReader(reader)));
    return stored && parseAway(stored.value);
  }

  /** Resolves when no message is being sent. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sends);
  }

  async #register(reader: string, added: readonly Registered[]): Promise<void> {
    const { observer, onStep, now } = this.#use;
    const document = await this.#change(awayKey(hashOfReader(reader)), async (before) =>
      register(before ?? newAway(reader), added, now()),
    );
    observer.registered(added.length);
    await onStep('fallback-stored');
    // Even if nothing was added: an earlier call may have stored the document, but no wake-up.
    await this.#wakeUp(document);
  }

  async #check(hash: string, woken: string): Promise<void> {
    let sends: (() => Promise<void>)[] = [];
    const document = await this.#change(awayKey(hash), async (before) => {
      sends = [];
      if (!before || hashOfReader(before.reader) !== hash) return undefined;
      const { reader } = before;
      if (!hasDue(before, this.#use.now())) return before;
      const [contacts, preferences] = await Promise.all([
        this.#use.contacts.of(reader),
        this.#use.preferencesOf(reader),
      ]);
      const { document: after, messages } = await this.#decide(before, contacts, preferences);
      sends = messages.map((message) => () => this.#send(reader, message, contacts));
      return after;
    });
    if (!document) return;
    if (sends.length > 0) await this.#use.onStep('fallback-claimed');
    // Also if the wake-up cannot be stored: this process is the only one that may send these messages.
    for (const start of sends) {
      const send = start();
      this.#sends.add(send);
      void send.finally(() => this.#sends.delete(send));
    }
    await this.#wakeUp(document, woken);
  }

  async #decide(document: AwayDocument, contacts: Contacts, preferences: Preferences): Promise<Decision> {
    const { channels, now } = this.#use;
    const at = now();
    const due = document.waiting.filter(({ steps }) => steps.some((step) => step.at <= at));
    const standingOf = await this.#use.standingsOf(document.reader, due);
    return decide(document, {
      now: at,
      rulesOf: (via) => channels.get(via)?.rules,
      reaches: (via) => channels.get(via)?.channel.reaches(contacts) ?? false,
      standingOf,
      mayInterrupt: (notification): Interruption => mayInterrupt(preferences, notification, at),
      newKey: () => randomBytes(16).toString('hex'),
    });
  }

  /** Never rejects. If the outcome cannot be stored, another process takes the message over after its time. */
  async #send(reader: string, message: Sending, contacts: ReaderContacts): Promise<void> {
    const { channels, observer, now } = this.#use;
    const { via, key, attempts } = message;
    const configured = channels.get(via);
    if (!configured) return;
    const result = await this.#sendThrough(configured.channel, reader, message, contacts);
    await this.#use.onStep('fallback-sent');
    if (result.outcome === 'unavailable' || result.outcome === 'unknown')
      observer.unavailable(via, result.reason);
    for (let attempt = 1; ; attempt++) {
      try {
        const document = await this.#change(
          awayKey(hashOfReader(reader)),
          async (before) => before && settle(before, { key, attempts }, result, configured.rules, now()),
        );
        if (document) await this.#wakeUp(document);
        return;
      } catch (error) {
        observer.failed('settle', error);
        if (attempt === SETTLE_ATTEMPTS) return;
      }
    }
  }

  async #sendThrough(
    channel: Channel,
    reader: string,
    { via, key, items }: Sending,
    contacts: ReaderContacts,
  ): Promise<SendResult> {
    let links: AwayMessage['links'];
    try {
      links = this.#use.linksOf(reader, via);
    } catch (error) {
      return { outcome: 'unavailable', reason: `links cannot be signed: ${String(error)}` };
    }
    const notifications = items.flatMap(({ notification }) => notification ?? []);
    const more = items.length - notifications.length;
    const { language } = contacts;
    const result = await channel.send({ key, reader, language, notifications, more, links }, contacts);
    try {
      if ('gone' in result && result.gone) await this.#use.contacts.forgetDevices(reader, result.gone);
    } catch (error) {
      // The push service names them again with the next message.
      this.#use.observer.failed('settle', error);
    }
    return result;
  }

  /** Replaces a document, unless `plan` returns `undefined` or an equal one. `ends`: its new receipts are new ends. */
  async #change<After extends AwayDocument | undefined>(
    key: string,
    plan: (before: AwayDocument | undefined) => Promise<After>,
    { ends = true } = {},
  ): Promise<After> {
    let after: After | undefined;
    let ended: Receipt[] = [];
    await this.#turns.add(key, () =>
      writeDocument(this.#use.store, {
        ...{ key, ttlSeconds: AWAY_TTL_SECONDS },
        plan: async (value) => {
          const before = value === undefined ? undefined : parseAway(value);
          after = await plan(before);
          if (!ends) return after;
          if (after && this.#use.tell) after = withUntold(before, after) as After;
          const known = new Set(before?.receipts);
          ended = after?.receipts.filter((receipt) => !known.has(receipt)) ?? [];
          return isDeepStrictEqual(after, before) ? undefined : after;
        },
      }),
    );
    if (ended.length > 0) this.#use.observer.ended(ended);
    return after as After;
  }

  /** Publishes receipts that are marked as untold. Resolves with false if some still are. Never rejects. */
  async #tell(document: AwayDocument): Promise<boolean> {
    const { tell, observer } = this.#use;
    if (!tell || !hasUntold(document)) return true;
    try {
      const told = await tellUntold(document, tell);
      const key = awayKey(hashOfReader(document.reader));
      await this.#change(key, async (before) => before && withTold(before, told), { ends: false });
      return true;
    } catch (error) {
      observer.failed('tell', error);
      return false;
    }
  }

  /** Publishes waiting receipts, and stores a wake-up for the next due fallback. It must not have the name of the one that is being handed over. */
  async #wakeUp(document: AwayDocument, woken?: string): Promise<void> {
    const { wakeUps, channels, now } = this.#use;
    const isTold = await this.#tell(document);
    const due = nextCheck(document, (via) => channels.get(via)?.rules) ?? Infinity;
    const next = isTold ? due : Math.min(due, now() + TELL_AGAIN_MS);
    if (next === Infinity) return;
    const at = Math.max(next, now() + MIN_WAIT_MS);
    const hash = hashOfReader(document.reader);
    const unique = at - now() < SOON_MS || wakeUpName(hash, at, { unique: false }) === woken;
    await wakeUps.set(wakeUpName(hash, at, { unique }), at);
  }
}
