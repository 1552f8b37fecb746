import type { NotificationInput } from './types.ts';

/** A notification that has not been accepted or rejected yet. */
export interface Item {
  id: string;
  json: string;
  accept: (id: string) => void;
  reject: (error: unknown) => void;
}

/** The maximum size of a request. The producer accepts up to 1,000 notifications and 1 MiB. */
const MAX_ITEMS = 1_000;
const MAX_BYTES = 1_000_000;

const encoder = new TextEncoder();

/**
 * Removes the next batch from the front of `waiting` and returns it. A batch has as many notifications as fit into a
 * request, and at least one.
 */
export function takeBatch(waiting: Item[]): Item[] {
  let bytes = 2;
  let count = 0;
  for (const { json } of waiting) {
    bytes += encoder.encode(json).length + 1;
    if (count > 0 && (bytes > MAX_BYTES || count === MAX_ITEMS)) break;
    count++;
  }
  return waiting.splice(0, count);
}

export const bodyOf = (batch: readonly Item[]): string => `[${batch.map(({ json }) => json).join(',')}]`;

/** Returns the notification with an id. Adds a new UUID if the notification has no id. */
export const withId = (notification: NotificationInput): NotificationInput & { id: string } => ({
  ...notification,
  id: notification.id ?? crypto.randomUUID(),
});
