import type { SendResult } from '../channels/channel.ts';
import type { ChannelRules } from './decide.ts';
import { nameOf, type AwayDocument, type Receipt, type Sending, type Waiting } from './document.ts';
import { bounded } from './register.ts';

const MINUTE_MS = 60_000;
/** Pause after failed sends: 5 s, then twice as long each time, up to 15 minutes. */
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 15 * MINUTE_MS;
/** An unavailable channel is tried again for this time after a notification was published. */
const GIVE_UP_MS = 3 * 24 * 60 * MINUTE_MS;
const MAX_REASON = 200;

/**
 * Applies the outcome of a message. Does nothing if another process has taken the message over. An unavailable channel
 * returns the notifications to the waiting ones, where the next decision looks at them again.
 */
export function settle(
  document: AwayDocument,
  { key, attempts }: Pick<Sending, 'key' | 'attempts'>,
  result: SendResult,
  rules: ChannelRules,
  now: number,
): AwayDocument {
  const message = document.sending.find((one) => one.key === key && one.attempts === attempts);
  if (!message) return document;
  const sending = document.sending.filter((one) => one !== message);
  const { via, items } = message;
  const failed = (document.attempts[via] ?? 0) + (result.outcome === 'sent' ? 0 : 1);
  const after = { ...document, sending, attempts: { ...document.attempts, [via]: 0 } };
  if (result.outcome === 'sent') {
    const sent = { ...document.sent, [via]: [...(document.sent[via] ?? []), now].slice(-rules.perHour) };
    return bounded({ ...after, sent, receipts: [...document.receipts, ...receiptsOf(message, 'sent', now)] });
  }
  const { reason } = result;
  if (result.outcome === 'unknown' && rules.repeats) {
    const again = { ...message, until: now + pauseAfter(attempts) };
    return { ...document, sending: [...sending, again] };
  }
  if (result.outcome !== 'unavailable') {
    return bounded({
      ...after,
      receipts: [...document.receipts, ...receiptsOf(message, result.outcome, now, reason)],
    });
  }
  const at = now + pauseAfter(failed);
  const isLate = ({ createdAt }: { createdAt: string }) => Date.parse(createdAt) + GIVE_UP_MS < now;
  const late = receiptsOf({ via, items: items.filter(isLate) }, 'refused', now, `gave up: ${reason}`);
  return bounded({
    ...after,
    attempts: { ...document.attempts, [via]: failed },
    waiting: returned(
      document.waiting,
      items.filter((item) => !isLate(item)),
      { via, at },
    ),
    receipts: [...document.receipts, ...late],
  });
}

const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10), MAX_PAUSE_MS);

/** Returns the notifications of a message to the waiting ones. */
function returned(
  waiting: readonly Waiting[],
  items: Sending['items'],
  { via, at }: { via: string; at: number },
): Waiting[] {
  const all = new Map(waiting.map((one) => [nameOf(one), one]));
  for (const { unless, ...item } of items) {
    const before = all.get(nameOf(item)) ?? { ...item, steps: [] };
    all.set(nameOf(item), { ...before, steps: [...before.steps, { via, unless, at }] });
  }
  return [...all.values()];
}

const receiptsOf = (
  { via, items }: Pick<Sending, 'via' | 'items'>,
  outcome: Receipt['outcome'],
  at: number,
  reason?: string,
): Receipt[] =>
  items.map(({ id, createdAt }) => ({
    ...{ id, createdAt, via, outcome, at },
    ...(reason !== undefined && { reason: reason.slice(0, MAX_REASON) }),
  }));
