import type { Interruption, Notification } from '@tocsin/contracts';
import {
  nameOf,
  receiptsOf,
  type AwayDocument,
  type Ended,
  type Receipt,
  type Sending,
  type SentItem,
  type Waiting,
} from '../document.ts';
import { hasGivenUp } from './give-up.ts';
import { dropOldReceipts } from '../unsent/unsent-receipts.ts';

/** How a channel batches, limits and repeats its messages. */
export interface ChannelRules {
  /** Time in ms that a reader's first due fallback waits for others, so that all are sent as one message. */
  windowMs: number;
  /** Maximum number of messages to one reader within an hour. */
  perHour: number;
  /**
   * Whether a message with an unknown outcome is sent again. Always true for channels that recognise a message's key;
   * for others, the settings decide.
   */
  repeats: boolean;
}

/** Whether a notification still needs its reader's attention. */
export type Standing =
  | { isOpen: true; notification: Notification; isSeen: boolean }
  | { isOpen: false; reason: string };

/** The facts on which a decision about due steps is based, read from the store each time. */
export interface DecisionInput {
  now: number;
  /** The time for which the wake-up was set. It has passed on the scheduler's clock. */
  woken: number;
  /** `undefined` if the deployment does not have the channel. */
  rulesOf: (via: string) => ChannelRules | undefined;
  reaches: (via: string) => boolean;
  /** Whether the channel has reached its limit of messages in flight on this instance. Due steps then wait. */
  isFull: (via: string) => boolean;
  standingOf: (waiting: Waiting) => Standing;
  mayInterrupt: (notification: Notification, via: string) => Interruption;
  newKey: () => string;
}

/** A message shows at most this many notifications, and counts the others. */
export const MAX_SHOWN = 20;
/** Time in ms from the claim of a message to its deadline. Longer than any channel takes to send. */
export const SEND_TIME_MS = 45_000;
const HOUR_MS = 60 * 60 * 1000;
const STOPPED_REASON = 'the instance stopped before the channel replied';
const RETRACTED_REASON = 'retracted before the channel replied';

export interface Decision {
  document: AwayDocument;
  /** The messages that this process must send after it has stored the document. */
  messages: Sending[];
}

/** Decides whether each due step is sent, held back, or ended with a receipt. Reads no clock and does no I/O. */
export function decide(document: AwayDocument, situation: DecisionInput): Decision {
  const decider = new Decider(document, situation);
  decider.takeOver();
  decider.channels();
  return decider.decision;
}

interface Ready {
  item: SentItem;
  at: number;
}

/**
 * Takes a due step. Returns a new time for the step, true to keep the step as it is, or false or nothing to remove it.
 */
type Take = (waiting: Waiting, step: Waiting['steps'][number]) => number | boolean | undefined;

class Decider {
  readonly #before: AwayDocument;
  readonly #input: DecisionInput;
  readonly #messages: Sending[] = [];
  readonly #receipts: Receipt[] = [];
  #waiting: Waiting[];
  #sending: Sending[];

  constructor(document: AwayDocument, situation: DecisionInput) {
    this.#before = document;
    this.#input = situation;
    this.#waiting = document.waiting;
    this.#sending = document.sending;
  }

  get decision(): Decision {
    const receipts = [...this.#before.receipts, ...this.#receipts];
    const waiting = this.#waiting.filter(({ steps }) => steps.length > 0);
    const document = dropOldReceipts({ ...this.#before, waiting, sending: this.#sending, receipts });
    return { document, messages: this.#messages };
  }

  /**
   * Takes over, or ends, messages whose sender has not reported an outcome in time. The deadline must have passed on
   * the scheduler's clock too, so that an instance whose clock is ahead takes no message from a live sender.
   */
  takeOver(): void {
    const { now, woken, rulesOf } = this.#input;
    this.#sending = this.#sending.flatMap((message) => {
      if (!isOver(message, this.#input)) return [message];
      // Only the first items of a message carry content. If no item does, all of those were retracted.
      const isRetracted = message.items.every(({ notification }) => !notification);
      const isEnded = isRetracted || message.items.every((item) => hasGivenUp(item, now));
      if (!rulesOf(message.via)?.repeats || isEnded) {
        const reason = isRetracted ? RETRACTED_REASON : STOPPED_REASON;
        for (const item of message.items) this.#end(item, message.via, 'unknown', reason);
        return [];
      }
      const retried = { ...message, attempts: message.attempts + 1, until: sendingUntil(now, woken) };
      this.#messages.push(retried);
      return [retried];
    });
  }

  /** Decides about the due steps of each channel. */
  channels(): void {
    const { rulesOf, reaches } = this.#input;
    const vias = new Set(this.#waiting.flatMap(({ steps }) => steps.map(({ via }) => via)));
    const unreached = new Map<string, Ended[]>();
    for (const via of vias) if (!rulesOf(via) || !reaches(via)) unreached.set(via, []);
    // One pass for all of these channels, because a publisher may name thousands that do not exist.
    this.#takeAllDue(({ id, createdAt, sourceHash }, { via, unless }) => {
      const ended = unreached.get(via);
      ended?.push({ id, createdAt, sourceHash, unless });
      return !ended;
    });
    for (const via of vias) {
      const rules = rulesOf(via);
      const ended = unreached.get(via);
      if (rules && !ended) this.#channel(via, rules);
      const reason = rules ? 'the reader has no address for this channel' : `there is no channel ${via}`;
      for (const one of ended ?? []) this.#end(one, via, rules ? 'suppressed' : 'refused', reason);
    }
  }

  #channel(via: string, rules: ChannelRules): void {
    const { now, woken, isFull, newKey } = this.#input;
    // Each channel sends a reader one message at a time, so that no message overtakes another.
    if (isFull(via) || this.#sending.some((message) => message.via === via)) return;
    const ready = this.#readyOf(via);
    if (ready.length === 0) return;
    const first = Math.min(...ready.map(({ at }) => at));
    const recent = (this.#before.sent[via] ?? []).filter((at) => at > now - HOUR_MS);
    const allowedAt = recent.length < rules.perHour ? now : (recent.at(-rules.perHour) ?? now) + HOUR_MS;
    if (first + rules.windowMs > now || allowedAt > now) {
      this.#hold(via, ready, allowedAt);
      return;
    }
    const readyNames = new Set(ready.map(({ item }) => nameOf(item)));
    this.#takeDue(via, (waiting) => !readyNames.has(nameOf(waiting)));
    const newest = ready.map(({ item }) => item).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    const items = newest.map(({ notification, ...item }, index) =>
      index < MAX_SHOWN ? { ...item, notification } : item,
    );
    const message = { key: newKey(), via, until: sendingUntil(now, woken), attempts: 1, items };
    this.#sending = [...this.#sending, message];
    this.#messages.push(message);
  }

  /**
   * Returns the due steps that may be sent. Ends those no longer needed, and postpones those held back by quiet hours.
   */
  #readyOf(via: string): Ready[] {
    const { standingOf, mayInterrupt } = this.#input;
    const ready: Ready[] = [];
    const readyNames = new Set<string>();
    this.#takeDue(via, (waiting, step) => {
      if (readyNames.has(nameOf(waiting)))
        return this.#end(waiting, via, 'suppressed', 'an earlier fallback is also due');
      const standing = standingOf(waiting);
      if (!standing.isOpen) return this.#end(waiting, via, 'suppressed', standing.reason);
      if (step.unless === 'seen' && standing.isSeen) return this.#end(waiting, via, 'suppressed', 'seen');
      const { notification } = standing;
      const interruption = mayInterrupt(notification, via);
      if (!interruption.interrupt) {
        if (interruption.why === 'quiet' && interruption.until < Infinity) return interruption.until;
        return this.#end(waiting, via, 'suppressed', interruption.why);
      }
      const { steps: _, ...rest } = waiting;
      readyNames.add(nameOf(waiting));
      const since = step.since ?? this.#input.now;
      ready.push({ item: { ...rest, unless: step.unless, since, notification }, at: step.at });
      return step.at;
    });
    return ready;
  }

  /** Calls `take` with each due step of the channel, like `#takeAllDue`. */
  #takeDue(via: string, take: Take): void {
    this.#takeAllDue((waiting, step) => step.via !== via || take(waiting, step));
  }

  #takeAllDue(take: Take): void {
    this.#waiting = this.#waiting.map((waiting) => ({
      ...waiting,
      steps: waiting.steps.flatMap((step) => {
        if (step.at > this.#input.now) return [step];
        const kept = take(waiting, step);
        if (kept === true) return [step];
        return typeof kept === 'number' ? [{ ...step, at: kept }] : [];
      }),
    }));
  }

  /** Moves ready steps to the time when the channel's hourly limit permits the next message. */
  #hold(via: string, ready: readonly Ready[], allowedAt: number): void {
    if (allowedAt <= this.#input.now) return;
    const held = new Set(ready.map(({ item }) => nameOf(item)));
    this.#takeDue(via, (waiting, { at }) => (held.has(nameOf(waiting)) ? allowedAt : at));
  }

  #end(ended: Ended, via: string, outcome: Receipt['outcome'], reason: string): undefined {
    this.#receipts.push(...receiptsOf([ended], { via, outcome, reason, at: this.#input.now }));
  }
}

/** Whether a decision could change anything: a step is due, or a message that is being sent has passed its deadline. */
export const hasDue = (
  { waiting, sending }: AwayDocument,
  times: Pick<DecisionInput, 'now' | 'woken'>,
): boolean =>
  sending.some((message) => isOver(message, times)) ||
  waiting.some(({ steps }) => steps.some(({ at }) => at <= times.now));

const isOver = ({ until }: Sending, { now, woken }: Pick<DecisionInput, 'now' | 'woken'>): boolean =>
  until <= Math.min(now, woken);

/**
 * The deadline of a send, counted from whichever clock is ahead, so that a sender whose clock is behind gets its full
 * time.
 */
const sendingUntil = (now: number, woken: number): number => Math.max(now, woken) + SEND_TIME_MS;

/** When the reader's document must be checked next, in ms since 1970; `undefined` if nothing waits or is being sent. */
export function nextCheck(
  { waiting, sending }: AwayDocument,
  rulesOf: DecisionInput['rulesOf'],
): number | undefined {
  const busy = new Set(sending.map(({ via }) => via));
  let next = sending.reduce((least, { until }) => Math.min(least, until), Infinity);
  for (const { steps } of waiting)
    for (const { via, at } of steps)
      if (!busy.has(via)) next = Math.min(next, at + (rulesOf(via)?.windowMs ?? 0));
  return next === Infinity ? undefined : next;
}
