import type { SendResult } from '../../channels/channel.ts';
import type { ChannelRules } from '../decide/decide.ts';
import { hasGivenUp } from '../decide/give-up.ts';
import {
  nameOf,
  receiptsOf,
  type AwayDocument,
  type Sending,
  type SentItem,
  type Waiting,
} from '../document.ts';

const MINUTE_MS = 60_000;
/** Delay after failed sends: 5 s, doubled each time, up to 15 minutes. */
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 15 * MINUTE_MS;

/**
 * Applies a message's outcome. No-op if another process has taken over the message. If the channel was unavailable, the
 * notifications wait for a retry unless they were retracted or replaced, or have been retried for too long.
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
  const { outcome } = result;
  if (outcome === 'unknown' && rules.repeats)
    return { ...document, sending: [...sending, { ...message, until: now + pauseAfter(attempts) }] };
  if (outcome === 'unavailable') {
    const failures = (document.attempts[via] ?? 0) + 1;
    const reason = `gave up: ${result.reason}`;
    const open = items.filter((item) => !removalReason(item));
    const givenUp = receiptsOf(
      open.filter((item) => hasGivenUp(item, now)),
      { via, outcome: 'refused', at: now, reason },
    );
    const removed = items.flatMap((item) =>
      removalReason(item)
        ? receiptsOf([item], { via, outcome: 'suppressed', at: now, reason: removalReason(item) })
        : [],
    );
    const toRetry = open.filter((item) => !hasGivenUp(item, now));
    return {
      ...document,
      sending,
      attempts: { ...document.attempts, [via]: failures },
      waiting: returnToWaiting(document.waiting, toRetry, { via, at: now + pauseAfter(failures) }),
      receipts: [...document.receipts, ...givenUp, ...removed],
    };
  }
  const reason = outcome === 'sent' ? undefined : result.reason;
  const times = document.sent[via] ?? [];
  return {
    ...document,
    sending,
    attempts: { ...document.attempts, [via]: 0 },
    sent:
      outcome === 'sent' ? { ...document.sent, [via]: [...times, now].slice(-rules.perHour) } : document.sent,
    receipts: [...document.receipts, ...receiptsOf(items, { via, outcome, at: now, reason })],
  };
}

/** Why the notification was removed from the feed. `undefined` if the document records no removal. */
const removalReason = ({ retracted, replaced }: SentItem): string | undefined => {
  if (retracted) return 'retracted';
  return replaced && 'replaced';
};

const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10), MAX_PAUSE_MS);

function returnToWaiting(
  waiting: readonly Waiting[],
  items: Sending['items'],
  { via, at }: { via: string; at: number },
): Waiting[] {
  const all = new Map(waiting.map((one) => [nameOf(one), one]));
  for (const { unless, since, ...item } of items) {
    const before = all.get(nameOf(item)) ?? { ...item, steps: [] };
    all.set(nameOf(item), {
      ...before,
      steps: [...before.steps, { via, unless, at, ...(since !== undefined && { since }) }],
    });
  }
  return [...all.values()];
}
