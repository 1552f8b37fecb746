import type { SendResult } from '../../channels/channel.ts';
import { sizeOf } from '../../../feed/present.ts';
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
import { MAX_CONTENT_BYTES } from '../register.ts';

const MINUTE_MS = 60_000;
/** Delay after failed sends: 5 s, doubled each time, up to 15 minutes. */
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 15 * MINUTE_MS;

/**
 * Applies a message's outcome. No-op if another process has taken over the message. If the channel was unavailable, the
 * notifications wait for a retry, except those that were retracted or replaced, or have been retried for too long.
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
      waiting: returnToWaiting({ ...document, sending }, toRetry, { via, at: now + pauseAfter(failures) }),
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

/** Returns why the notification was removed from the feed, or `undefined` if the document records no removal. */
const removalReason = ({ retracted, replaced }: SentItem): string | undefined => {
  if (retracted) return 'retracted';
  return replaced && 'replaced';
};

const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10), MAX_PAUSE_MS);

/**
 * Moves a message's items back to the waiting notifications. Keeps as much of their content as fits; the rest is reread
 * from the feed. Starts with the oldest items, because only a message's newest items can have content that the document
 * hadn't stored before.
 */
function returnToWaiting(
  { waiting, sending }: Pick<AwayDocument, 'waiting' | 'sending'>,
  items: Sending['items'],
  { via, at }: { via: string; at: number },
): Waiting[] {
  const all = new Map(waiting.map((one) => [nameOf(one), one]));
  const stored = new Map(
    [...sending.flatMap((message) => message.items), ...waiting].map((one) => [nameOf(one), one]),
  );
  let bytes = [...stored.values()].reduce((sum, one) => sum + contentSize(one), 0);
  const fitting = new Set<SentItem>();
  for (const item of items.toReversed()) {
    const size = stored.get(nameOf(item))?.notification ? 0 : contentSize(item);
    if (bytes + size > MAX_CONTENT_BYTES) continue;
    bytes += size;
    fitting.add(item);
  }
  for (const item of items) {
    const { unless, since, notification, ...rest } = item;
    const before = all.get(nameOf(item)) ?? {
      ...rest,
      ...(notification && fitting.has(item) && { notification }),
      steps: [],
    };
    all.set(nameOf(item), {
      ...before,
      steps: [...before.steps, { via, unless, at, ...(since !== undefined && { since }) }],
    });
  }
  return [...all.values()];
}

const contentSize = ({ notification }: Pick<SentItem, 'notification'>): number =>
  notification ? sizeOf(notification) : 0;
