import type { Arrival, Fallback, Notification } from '@tocsin/contracts';
import { idBesideAnother, parseDateTime, parseDuration } from '@tocsin/contracts';
import { sizeOf } from '../../feed/present.ts';
import { nameOf, receiptsOf, type AwayDocument, type Waiting } from './document.ts';
import { dropOldReceipts } from './unsent/unsent-receipts.ts';

/** Maximum number of waiting notifications per reader. Fallbacks of further notifications are refused. */
export const MAX_WAITING = 2_000;
/** Maximum size of the waiting content in bytes. Beyond it, content is read from the feed. */
export const MAX_CONTENT_BYTES = 128 * 1024;

/** A notification with its fallbacks. */
export interface Registered {
  notification: Notification;
  sourceHash?: string | undefined;
  fallback: readonly Fallback[];
}

/**
 * Separates a new notification from its fallbacks, which are the policy's if it defines none. `undefined` if there are
 * no fallbacks.
 */
export function registeredOf(
  { fallback: own, sourceHash, ...notification }: Arrival,
  policy: (notification: Notification) => readonly Fallback[],
): Registered | undefined {
  const fallback = own ?? policy(notification);
  return fallback.length > 0 ? { notification, sourceHash, fallback } : undefined;
}

/** The names of the notifications whose fallbacks are waiting, are being sent or have ended. */
export const namesOf = ({ waiting, sending, receipts }: AwayDocument): Set<string> =>
  new Set([...waiting, ...sending.flatMap(({ items }) => items), ...receipts].map(nameOf));

/**
 * Adds the fallbacks of new notifications. A known notification keeps its first fallbacks, even if they have ended, so
 * a turn may register its items again. Returns the same document if it changes nothing.
 */
export function register(document: AwayDocument, added: readonly Registered[], now: number): AwayDocument {
  const { waiting: before } = document;
  const known = namesOf(document);
  let bytes = sizeOf(before);
  const waiting: Waiting[] = [];
  const receipts = [...document.receipts];
  for (const { notification, sourceHash, fallback } of added) {
    const { id, createdAt } = notification;
    const name = nameOf({ id, createdAt });
    if (known.has(name)) continue;
    known.add(name);
    if (before.length + waiting.length >= MAX_WAITING) {
      const reason = `the reader already has ${MAX_WAITING} notifications waiting`;
      for (const { via, unless } of fallback)
        receipts.push(
          ...receiptsOf([{ id, createdAt, unless, sourceHash }], {
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
      steps: fallback.map(({ after, via, unless = 'read' }) => ({
        ...{ via, unless },
        at: (parseDateTime(createdAt) ?? now) + (parseDuration(after) ?? 0),
      })),
    });
  }
  if (waiting.length === 0 && receipts.length === document.receipts.length) return document;
  return dropOldReceipts({ ...document, waiting: [...before, ...waiting], receipts });
}

/**
 * Ends all steps of the retracted notifications, and removes their content, even from messages that are being sent. If
 * such a message must be sent again, it shows only its other notifications.
 */
export function retract(document: AwayDocument, ids: ReadonlySet<string>, now: number): AwayDocument {
  const isRetracted = ({ id, sourceHash }: Pick<Waiting, 'id' | 'sourceHash'>) =>
    ids.has(id) || (sourceHash !== undefined && ids.has(idBesideAnother(id, sourceHash)));
  const ended = document.waiting.filter(isRetracted);
  const receipts = ended.flatMap((waiting) =>
    waiting.steps.flatMap(({ via }) =>
      receiptsOf([waiting], { via, outcome: 'suppressed', reason: 'retracted', at: now }),
    ),
  );
  const waiting = document.waiting.filter((one) => !isRetracted(one));
  const sending = document.sending.map((message) => ({
    ...message,
    items: message.items.map((item) => {
      if (!isRetracted(item)) return item;
      const { notification: _, ...rest } = item;
      return rest;
    }),
  }));
  return dropOldReceipts({
    ...document,
    ...{ waiting, sending, receipts: [...document.receipts, ...receipts] },
  });
}
