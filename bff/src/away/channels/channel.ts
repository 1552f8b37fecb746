import type { Notification } from '@tocsin/contracts';

/** A browser's Web Push subscription, as `PushSubscription.toJSON()` returns it. */
export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Where a reader can be reached. */
export interface Contacts {
  email?: { address: string };
  push: readonly PushSubscription[];
  /** The names of channels from which the reader has unsubscribed. */
  stopped?: readonly string[];
}

/** A message of one or more notifications (a digest) to one reader through one channel. */
export interface AwayMessage {
  /** Identifies the message; the same for each attempt. 1 to 64 characters of [A-Za-z0-9_-]. */
  key: string;
  /** `user:<sub>`. */
  reader: string;
  language: 'en' | 'de';
  /** Present if the message carries a code that confirms an address. Its only notification then contains the code. */
  purpose?: 'code';
  /** At most 20, newest first, never empty. */
  notifications: readonly Notification[];
  /** Number of further unread notifications, which the message counts but does not show. */
  more: number;
  /**
   * Absolute addresses. `open` links to a notification in the inbox (permalink). `unsubscribe` accepts a one-click
   * POST (RFC 8058).
   */
  links: { inbox: string; unsubscribe: string; open: (notification: Notification) => string };
}

export type SendResult =
  /** `gone`: endpoints of push subscriptions to forget. */
  | { outcome: 'sent'; gone?: readonly string[] }
  /** Certainly not sent; a later attempt may succeed. */
  | { outcome: 'unavailable'; reason: string }
  /** Never sent, do not retry. */
  | { outcome: 'refused'; reason: string; gone?: readonly string[] }
  /** May have been sent. */
  | { outcome: 'unknown'; reason: string };

export interface Channel {
  /** 'email', 'push', 'webhook', or the name of a binding. */
  readonly name: string;
  /** Whether a repeated send with the same key reaches the person at most once. */
  readonly repeatable: boolean;
  /** False if the contacts have no address for this channel. */
  reaches(contacts: Contacts): boolean;
  /** Never rejects, and settles within 30 s. */
  send(message: AwayMessage, contacts: Contacts): Promise<SendResult>;
}
