import type { Interruption, Notification } from '@tocsin/contracts';
import {
  nameOf,
  receiptsOf,
  type AwayDocument,
  type EndedItem,
  type Receipt,
  type Sending,
  type SentItem,
  type Waiting,
} from '../document.ts';
import { hasGivenUp } from './give-up.ts';

/** A channel's rules for batching, limiting and repeating messages. */
export interface ChannelRules {
  /** Batching delay (ms): how long a reader's first due fallback waits for other fallbacks to share its message. */
  windowMs: number;
  /** Maximum messages per reader per hour. */
  perHour: number;
  /**
   * Whether to resend a message if we don't know whether it was sent. Always true for channels that detect repeated
   * keys. For other channels, the settings decide.
   */
  repeats: boolean;
}

/** Whether a notification needs its reader's attention. */
export type Standing =
  | { isOpen: true; notification: Notification; isSeen: boolean }
  | { isOpen: false; reason: string };

/** The facts for a decision about due steps. Facts from the store are reread for each wake-up. */
export interface DecisionInput {
  now: number;
  /** When the wake-up was due. By the scheduler's clock, that time has passed. */
  woken: number;
  /** Returns the channel's rules, or `undefined` if the deployment doesn't have the channel. */
  rulesOf: (via: string) => ChannelRules | undefined;
  reaches: (via: string) => boolean;
  /** Whether the channel is at its limit of messages in flight on this instance. Due steps and repeats then wait. */
  isFull: (via: string) => boolean;
  standingOf: (waiting: Waiting) => Standing;
  mayInterrupt: (notification: Notification, via: string) => Interruption;
  newKey: () => string;
}

/** Maximum notifications shown in a message. The rest are only counted. */
export const MAX_SHOWN = 20;
/** How long a process may take to send a message that it has claimed (ms). Longer than any channel takes. */
export const SEND_TIME_MS = 45_000;
const HOUR_MS = 60 * 60 * 1000;
const STOPPED_REASON = 'the instance stopped before the channel replied';
const UNREACHED_REASON = 'the reader has no address for this channel';

export interface Decision {
  document: AwayDocument;
  /** The messages that this process must send after storing the document. */
  messages: Sending[];
}

/**
 * Decides whether to send each due step, hold it back, or end it with a receipt. A step is one fallback of a waiting
 * notification. Pure: reads no clock, does no I/O.
 */
export function decide(document: AwayDocument, input: DecisionInput): Decision {
  const decider = new Decider(document, input);
  decider.takeOver();
  decider.decideChannels();
  return decider.decision;
}

interface Ready {
  /** Contains the content only if the document stored it. */
  item: SentItem;
  notification: Notification;
  at: number;
}

interface Ended {
  outcome: Receipt['outcome'];
  reason: string;
}

/** Handles a due step. Returns a new time for the step, true to keep it, or false or `undefined` to remove it. */
type StepHandler = (waiting: Waiting, step: Waiting['steps'][number]) => number | boolean | undefined;

class Decider {
  readonly #before: AwayDocument;
  readonly #input: DecisionInput;
  readonly #messages: Sending[] = [];
  readonly #receipts: Receipt[] = [];
  #waiting: Waiting[];
  #sending: Sending[];

  constructor(document: AwayDocument, input: DecisionInput) {
    this.#before = document;
    this.#input = input;
    this.#waiting = document.waiting;
    this.#sending = document.sending;
  }

  get decision(): Decision {
    const receipts = [...this.#before.receipts, ...this.#receipts];
    const waiting = this.#waiting.filter(({ steps }) => steps.length > 0);
    const document = { ...this.#before, waiting, sending: this.#sending, receipts };
    return { document, messages: this.#messages };
  }

  /**
   * Takes over or ends messages whose sender hasn't reported an outcome by the deadline. The deadline must have passed
   * on the scheduler's clock too. Otherwise, an instance with a fast clock would take messages from a live sender.
   * Repeats a message only if the channel still reaches the reader, and leaves out notifications that are no longer
   * open. While the channel is at its limit, messages to repeat wait.
   */
  takeOver(): void {
    const { now, woken, rulesOf, isFull } = this.#input;
    this.#sending = this.#sending.flatMap((message) => {
      if (!isPastDeadline(message, this.#input)) return [message];
      const { via, items } = message;
      const mayRepeat = rulesOf(via)?.repeats === true && !items.every((item) => hasGivenUp(item, now));
      if (mayRepeat && isFull(via)) return [message];
      const open = items.flatMap((item) => {
        const repeat = this.#repeatOf(item, via, mayRepeat);
        if ('notification' in repeat) return [{ item, ...repeat }];
        this.#end(item, via, repeat.outcome, repeat.reason);
        return [];
      });
      if (open.length === 0) return [];
      const next = { attempts: message.attempts + 1, until: sendingUntil(now, woken) };
      const retried = { ...message, ...next, items: withContent(open) };
      this.#messages.push(retried);
      return [retried];
    });
  }

  /** Returns the content of a notification to send again, or the outcome of one that must not be sent again. */
  #repeatOf(item: SentItem, via: string, mayRepeat: boolean): Pick<Ready, 'notification'> | Ended {
    if (item.retracted) return { outcome: 'unknown', reason: 'retracted before the channel replied' };
    if (!mayRepeat) return { outcome: 'unknown', reason: STOPPED_REASON };
    const closed = (reason: string): Ended => ({
      outcome: 'suppressed',
      reason: `${reason}; an earlier attempt may have arrived`,
    });
    if (!this.#input.reaches(via)) return closed(UNREACHED_REASON);
    const need = this.#needOf({ ...item, steps: [] }, item.unless, via);
    if (need.reason !== undefined) return closed(need.reason);
    const { notification, interruption } = need;
    return !interruption.interrupt && interruption.why === 'muted' ? closed('muted') : { notification };
  }

  /** Returns the content and whether it may interrupt the reader, or why the reader no longer needs it. */
  #needOf(waiting: Waiting, unless: SentItem['unless'], via: string) {
    const standing = this.#input.standingOf(waiting);
    if (!standing.isOpen) return { reason: standing.reason };
    if (unless === 'seen' && standing.isSeen) return { reason: 'seen' };
    return { ...standing, interruption: this.#input.mayInterrupt(standing.notification, via) };
  }

  /** Decides on each channel's due steps. */
  decideChannels(): void {
    const { rulesOf, reaches } = this.#input;
    const vias = new Set(this.#waiting.flatMap(({ steps }) => steps.map(({ via }) => via)));
    const unreached = new Map<string, EndedItem[]>();
    for (const via of vias) if (!rulesOf(via) || !reaches(via)) unreached.set(via, []);
    // One pass for all of these channels, since a publisher could specify thousands of nonexistent channels.
    this.#handleAllDue((waiting, { via, unless }) => {
      const ended = unreached.get(via);
      ended?.push({ ...waiting, unless });
      return !ended;
    });
    for (const via of vias) {
      const rules = rulesOf(via);
      const ended = unreached.get(via);
      if (rules && !ended) this.#decideChannel(via, rules);
      const reason = rules ? UNREACHED_REASON : `there is no ${via} channel`;
      for (const one of ended ?? []) this.#end(one, via, rules ? 'suppressed' : 'refused', reason);
    }
  }

  #decideChannel(via: string, rules: ChannelRules): void {
    const { now, woken, isFull, newKey } = this.#input;
    // Each channel sends a reader one message at a time, so messages stay in order.
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
    this.#handleDue(via, (waiting) => !readyNames.has(nameOf(waiting)));
    const newest = ready.toSorted((a, b) => b.item.createdAt.localeCompare(a.item.createdAt));
    const until = sendingUntil(now, woken);
    const message = { key: newKey(), via, until, attempts: 1, items: withContent(newest) };
    this.#sending = [...this.#sending, message];
    this.#messages.push(message);
  }

  /**
   * Returns the due steps that can be sent. Ends steps that are no longer needed, and postpones steps held back by
   * quiet hours.
   */
  #readyOf(via: string): Ready[] {
    const ready: Ready[] = [];
    const readyNames = new Set<string>();
    this.#handleDue(via, (waiting, step) => {
      if (readyNames.has(nameOf(waiting)))
        return this.#end(waiting, via, 'suppressed', 'an earlier fallback is also due');
      const need = this.#needOf(waiting, step.unless, via);
      if (need.reason !== undefined) return this.#end(waiting, via, 'suppressed', need.reason);
      const { notification, interruption } = need;
      if (!interruption.interrupt) {
        if (interruption.why === 'quiet' && interruption.until < Infinity) return interruption.until;
        return this.#end(waiting, via, 'suppressed', interruption.why);
      }
      const { steps: _, ...rest } = waiting;
      readyNames.add(nameOf(waiting));
      const since = step.since ?? this.#input.now;
      ready.push({ item: { ...rest, unless: step.unless, since }, notification, at: step.at });
      return step.at;
    });
    return ready;
  }

  /** Like `#handleAllDue`, but only for one channel. */
  #handleDue(via: string, handle: StepHandler): void {
    this.#handleAllDue((waiting, step) => step.via !== via || handle(waiting, step));
  }

  /** Calls `handle` for each due step, and keeps, postpones or removes the step depending on the result. */
  #handleAllDue(handle: StepHandler): void {
    this.#waiting = this.#waiting.map((waiting) => ({
      ...waiting,
      steps: waiting.steps.flatMap((step) => {
        if (step.at > this.#input.now) return [step];
        const kept = handle(waiting, step);
        if (kept === true) return [step];
        return typeof kept === 'number' ? [{ ...step, at: kept }] : [];
      }),
    }));
  }

  /** Postpones ready steps until the channel's hourly limit allows the next message. */
  #hold(via: string, ready: readonly Ready[], allowedAt: number): void {
    if (allowedAt <= this.#input.now) return;
    const held = new Set(ready.map(({ item }) => nameOf(item)));
    this.#handleDue(via, (waiting, { at }) => (held.has(nameOf(waiting)) ? allowedAt : at));
  }

  #end(ended: EndedItem, via: string, outcome: Receipt['outcome'], reason: string): undefined {
    this.#receipts.push(...receiptsOf([ended], { via, outcome, reason, at: this.#input.now }));
  }
}

/** Adds the content of the notifications that a message shows. */
const withContent = (items: readonly Pick<Ready, 'item' | 'notification'>[]): SentItem[] =>
  items.map(({ item, notification }, index) => (index < MAX_SHOWN ? { ...item, notification } : item));

/** Whether a decision could change anything: a step is due, or the deadline of a message being sent has passed. */
export const hasDue = (
  { waiting, sending }: AwayDocument,
  times: Pick<DecisionInput, 'now' | 'woken'>,
): boolean =>
  sending.some((message) => isPastDeadline(message, times)) ||
  waiting.some(({ steps }) => steps.some(({ at }) => at <= times.now));

/** Returns the notifications to check: due ones and those in overdue messages, if the channel reaches the reader. */
export const itemsToCheck = (
  { waiting, sending }: AwayDocument,
  { now, woken, rulesOf, reaches }: Pick<DecisionInput, 'now' | 'woken' | 'rulesOf' | 'reaches'>,
): Waiting[] => [
  ...waiting.filter(({ steps }) => steps.some(({ at, via }) => at <= now && reaches(via))),
  ...sending
    .filter((one) => isPastDeadline(one, { now, woken }) && rulesOf(one.via)?.repeats && reaches(one.via))
    .flatMap(({ items }) => items.map((item) => ({ ...item, steps: [] }))),
];

const isPastDeadline = ({ until }: Sending, { now, woken }: Pick<DecisionInput, 'now' | 'woken'>): boolean =>
  until <= Math.min(now, woken);

/** Returns a send's deadline. Counts from the later clock, so that a sender with a slow clock gets the full time. */
const sendingUntil = (now: number, woken: number): number => Math.max(now, woken) + SEND_TIME_MS;

/** Returns when to check the document next (ms since 1970), or `undefined` if nothing is waiting or being sent. */
export function nextCheck(
  { waiting, sending }: AwayDocument,
  rulesOf: DecisionInput['rulesOf'],
): number | undefined {
  const busy = new Set(sending.map(({ via }) => via));
  let next = sending.reduce((earliest, { until }) => Math.min(earliest, until), Infinity);
  for (const { steps } of waiting)
    for (const { via, at } of steps)
      if (!busy.has(via)) next = Math.min(next, at + (rulesOf(via)?.windowMs ?? 0));
  return next === Infinity ? undefined : next;
}
