import type { Notification } from '@tocsin/contracts';

/** A browser's Web Push subscription, as returned by `PushSubscription.toJSON()`. */
export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** Where a reader can be reached. */
export interface Contacts {
  email?: { address: string };
  push: readonly PushSubscription[];
  /** The channels that the reader has unsubscribed from. */
  stopped?: readonly string[];
}

/** A message to a reader through a single channel. Contains one notification or a digest of several. */
export interface AwayMessage {
  /** Identifies the message. The same for all attempts. 1 to 64 characters: [A-Za-z0-9_-]. */
  key: string;
  /** `user:<sub>`. */
  reader: string;
  language: 'en' | 'de';
  /**
   * Set if the message contains a code that confirms an address. Such a message has a single notification: the code.
   */
  purpose?: 'code';
  /** At most 20, newest first, never empty. */
  notifications: readonly Notification[];
  /** Number of unread notifications that the message counts but doesn't show. */
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
  /** Definitely not sent. A later attempt can succeed. */
  | { outcome: 'unavailable'; reason: string }
  /** Definitely not sent. Don't retry. */
  | { outcome: 'refused'; reason: string; gone?: readonly string[] }
  /** Might have been sent. */
  | { outcome: 'unknown'; reason: string };

export interface Channel {
  /** 'email', 'push', 'webhook', or the name of a channel over a binding. */
  readonly name: string;
  /** Whether a message can be resent with the same key without reaching the person twice. */
  readonly repeatable: boolean;
  /** Returns false if the contacts have no address for this channel. */
  reaches(contacts: Contacts): boolean;
  /** Never rejects, and settles within 30 s. */
  send(message: AwayMessage, contacts: Contacts): Promise<SendResult>;
}
