import { isDeepStrictEqual } from 'node:util';
import type { Arrival, Fallback, Notification, PublishedPosition } from '@tocsin/contracts';
import { parseDateTime, parseDuration } from '@tocsin/contracts';
import { idsOf } from '../../feed/ids.ts';
import { isHigher } from '../../feed/position.ts';
import { sizeOf } from '../../feed/present.ts';
import { nameOf, receiptsOf, type AwayDocument, type SentItem, type Waiting } from './document.ts';

/** Maximum waiting notifications per reader. Fallbacks of further notifications are refused. */
export const MAX_WAITING = 2_000;
/**
 * Maximum stored content in bytes, including the content of messages being sent. Content that doesn't fit is read from
 * the feed when needed.
 */
export const MAX_CONTENT_BYTES = 128 * 1024;

/** A published notification, its fallbacks (possibly none) and its position (if known). */
export interface NewNotification {
  notification: Notification;
  sourceHash?: string | undefined;
  fallback: readonly Fallback[];
  position?: PublishedPosition | undefined;
}

/**
 * Separates a new notification from its fallbacks. If the notification doesn't define any, the policy's default
 * fallbacks apply. Returns `undefined` if there are no fallbacks and the notification can't replace another
 * notification.
 */
export function newNotificationOf(
  { fallback: ownFallback, sourceHash, ...notification }: Arrival,
  policy: (notification: Notification) => readonly Fallback[],
  position?: PublishedPosition,
): NewNotification | undefined {
  const fallback = ownFallback ?? policy(notification);
  if (fallback.length === 0 && notification.collapseKey === undefined) return undefined;
  return { notification, sourceHash, fallback, position };
}

export const namesOf = ({ waiting, sending, receipts }: AwayDocument): Set<string> =>
  new Set([...waiting, ...sending.flatMap(({ items }) => items), ...receipts].map(nameOf));

/**
 * Adds the fallbacks of new notifications. Known notifications keep the fallbacks they were first added with, even if
 * those have ended, so turns can be repeated safely. Updates the positions of republished notifications. Returns the
 * same document if there is no change.
 */
export function register(
  document: AwayDocument,
  added: readonly NewNotification[],
  now: number,
): AwayDocument {
  const before = withPositions(document.waiting, added);
  const known = namesOf(document);
  const sending = document.sending.flatMap(({ items }) => items);
  const stored = new Map([...sending, ...before].map((one) => [nameOf(one), one]));
  let bytes = sizeOf([...stored.values()].map(({ position: _, ...one }) => one));
  const waiting: Waiting[] = [];
  const receipts = [...document.receipts];
  for (const { notification, sourceHash, fallback, position } of added) {
    const { id, createdAt } = notification;
    const name = nameOf({ id, createdAt });
    if (fallback.length === 0 || known.has(name)) continue;
    known.add(name);
    if (before.length + waiting.length >= MAX_WAITING) {
      const reason = `the reader already has ${MAX_WAITING} notifications waiting`;
      for (const { via, unless } of fallback)
        receipts.push(
          ...receiptsOf([{ id, createdAt, unless, sourceHash, position }], {
            via,
            outcome: 'refused',
            reason,
            at: now,
          }),
        );
      continue;
    }
    const size = sizeOf(notification);
    const fits = bytes + size <= MAX_CONTENT_BYTES;
    if (fits) bytes += size;
    waiting.push({
      ...{ id, createdAt },
      ...(sourceHash !== undefined && { sourceHash }),
      ...(fits && { notification }),
      ...(isNeeded(position, fits) && { position }),
      steps: fallback.map(({ after, via, unless = 'read' }) => ({
        ...{ via, unless },
        // Fallbacks of notifications from before 1970 are due immediately.
        at: Math.max(0, (parseDateTime(createdAt) ?? now) + (parseDuration(after) ?? 0)),
      })),
    });
  }
  const isSame = before === document.waiting && waiting.length === 0;
  if (isSame && receipts.length === document.receipts.length) return document;
  return { ...document, waiting: [...before, ...waiting], receipts };
}

/**
 * Whether a notification's position must be stored. It must be if the content is stored. Without the content, only the
 * feed's history can tell whether the notification is open. The position is then needed only if the notification has a
 * different id in the feed.
 */
const isNeeded = (position: PublishedPosition | undefined, hasContent: boolean): boolean =>
  position !== undefined && (hasContent || position.id !== undefined);

/** Updates the positions of republished notifications. Returns the same list if there is no change. */
function withPositions(waiting: Waiting[], added: readonly NewNotification[]): Waiting[] {
  const published = new Map(
    added.filter(({ position }) => position).map((one) => [nameOf(one.notification), one]),
  );
  const changed = waiting.map((one) => {
    const { position, sourceHash } = published.get(nameOf(one)) ?? {};
    const isUnchanged =
      !position || sourceHash !== one.sourceHash || isDeepStrictEqual(position, one.position);
    if (isUnchanged || !(one.position || isNeeded(position, one.notification !== undefined))) return one;
    return { ...one, position };
  });
  return changed.some((one, index) => one !== waiting[index]) ? changed : waiting;
}

/** Decides whether a notification was erased. */
export type IsErased = (one: Waiting | SentItem) => boolean;

/** The scope of an erasure: the whole feed, or only the notifications that `ids` or `isErased` select. */
export interface ErasedFallbacks {
  feed: string;
  ids?: readonly string[] | undefined;
  /** Instead of `ids`. */
  isErased?: IsErased | undefined;
}

/** Returns a function that selects the erased notifications, or `undefined` if the whole feed is erased. */
export function erasureOf({ ids, isErased }: ErasedFallbacks): IsErased | undefined {
  if (!ids) return isErased;
  const erased = new Set(ids);
  return (one) => idsOf(one).some((id) => erased.has(id));
}

/**
 * Ends all steps of the retracted notifications and removes the content, including from messages being sent. If a
 * message is resent, it only shows the remaining notifications.
 */
export function retract(document: AwayDocument, isRetracted: IsErased, now: number): AwayDocument {
  const sending = document.sending.map((message) => ({
    ...message,
    items: message.items.map((item) => {
      if (!isRetracted(item)) return item;
      const { notification: _, ...rest } = item;
      return { ...rest, retracted: true as const };
    }),
  }));
  return endWaiting({ ...document, sending }, isRetracted, 'retracted', now);
}

function endWaiting(
  document: AwayDocument,
  isEnded: (one: Waiting) => boolean,
  reason: string,
  now: number,
): AwayDocument {
  const receipts = document.waiting
    .filter(isEnded)
    .flatMap((waiting) =>
      waiting.steps.flatMap(({ via }) =>
        receiptsOf([waiting], { via, outcome: 'suppressed', reason, at: now }),
      ),
    );
  const waiting = document.waiting.filter((one) => !isEnded(one));
  return { ...document, waiting, receipts: [...document.receipts, ...receipts] };
}

/**
 * Ends all steps of waiting notifications that a later notification replaces. As in the feed, a notification replaces
 * earlier ones with the same collapse key. Marks notifications being sent as replaced. Returns the same document if no
 * notification is replaced. Skips notifications with an unknown position; the feed's history is checked later to decide
 * whether they were replaced.
 */
export function replace(
  document: AwayDocument,
  newer: readonly NewNotification[],
  now: number,
): AwayDocument {
  const isReplaced = ({ notification, position }: Pick<Waiting, 'notification' | 'position'>) =>
    position !== undefined &&
    notification?.collapseKey !== undefined &&
    newer.some(
      (one) => one.notification.collapseKey === notification.collapseKey && isHigher(one.position, position),
    );
  const isSending = document.sending.some(({ items }) =>
    items.some((item) => !item.replaced && isReplaced(item)),
  );
  if (!isSending && !document.waiting.some(isReplaced)) return document;
  const sending = document.sending.map((message) => ({
    ...message,
    items: message.items.map((item) => (isReplaced(item) ? { ...item, replaced: true as const } : item)),
  }));
  return endWaiting({ ...document, sending }, isReplaced, 'replaced', now);
}
