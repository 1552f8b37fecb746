import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { notificationSchema } from '../feed/notification.ts';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import { emailAddressSchema, LANGUAGES } from './contacts.ts';
import { channelNameSchema, UNLESS } from './fallback.ts';

const time = z.int().min(0);

/** A step: one of a notification's fallbacks, waiting to be sent. Times are in ms since 1970. */
const stepSchema = z.looseObject({
  via: channelNameSchema,
  unless: z.enum(UNLESS),
  /** When the step is due. It is postponed by quiet hours, by retries and by the channel's hourly limit. */
  at: time,
  /** When sending was first attempted. */
  since: time.optional(),
});

/** A notification's position in its feed. `id` is set if the notification has a different id in the feed. */
const publishedPositionSchema = z.looseObject({
  epoch: epochSchema,
  offset: offsetSchema,
  id: idSchema.optional(),
});
export type PublishedPosition = z.infer<typeof publishedPositionSchema>;

/** A notification with fallbacks that are waiting to be sent. */
export const waitingSchema = z.looseObject({
  id: idSchema,
  createdAt: dateTimeSchema,
  /** Set for CloudEvents, which can have a different id in the feed. */
  sourceHash: z.string().optional(),
  /** The content. Omitted if it doesn't fit into the document; the content is then read from the feed. */
  notification: notificationSchema.loose().optional(),
  /**
   * The notification's position, needed to find the reader's marks after the notification has left the history. Earlier
   * versions don't store it.
   */
  position: publishedPositionSchema.optional(),
  /** The notification's id in the feed, copied from the receipt when an operator resends a fallback. */
  publishedId: idSchema.optional(),
  steps: z.array(stepSchema),
});
export type WaitingFallbacks = z.infer<typeof waitingSchema>;

/**
 * A notification in a message that is being sent. The content is included if the message shows it, or if it was stored
 * while the notification was waiting. `unless` and `since` mean the same as in a step.
 */
const sentItemSchema = waitingSchema.omit({ steps: true }).extend({
  unless: z.enum(UNLESS),
  since: time.optional(),
  /** Set if a later notification has replaced this one. If sending fails, this one is then not sent again. */
  replaced: z.literal(true).optional(),
  /** Set if the notification was retracted. If sending fails, it is then not sent again. */
  retracted: z.literal(true).optional(),
});
export type SentItem = z.infer<typeof sentItemSchema>;

/**
 * A message in flight, with its notifications newest first. The process that wrote this document is sending it. After
 * `until`, another process takes over. It can't know whether the message was sent.
 */
const sendingSchema = z.looseObject({
  key: z.string().max(64),
  via: channelNameSchema,
  until: time,
  attempts: z.int().min(1),
  items: z.array(sentItemSchema).min(1),
});
export type SendingMessage = z.infer<typeof sendingSchema>;

export const FALLBACK_OUTCOMES = ['sent', 'suppressed', 'refused', 'unknown'] as const;
export type FallbackOutcome = (typeof FALLBACK_OUTCOMES)[number];

/** Outcomes of fallbacks that weren't sent or may not have been sent. */
export const UNSENT_OUTCOMES = ['refused', 'unknown'] as const;
/** How an operator can close an unsent fallback. */
export const UNSENT_ENDS = ['sent-again', 'dismissed'] as const;

/** The outcome of a fallback, and the time of the outcome (`at`, ms since 1970). */
export const fallbackReceiptSchema = z.looseObject({
  id: idSchema,
  createdAt: dateTimeSchema,
  via: channelNameSchema,
  outcome: z.enum(FALLBACK_OUTCOMES),
  reason: z.string().max(200).optional(),
  at: time,
  /** Set if the notification has a different id in the feed. */
  publishedId: idSchema.optional(),
  /** Set until the receipt event has been published. */
  unpublished: z.literal(true).optional(),
  /** Copied from the step so that the fallback can be resent. */
  unless: z.enum(UNLESS).optional(),
  /** Copied from the notification so that the fallback can be resent. */
  sourceHash: z.string().optional(),
  /**
   * Set if an operator resent or dismissed the fallback. The fallback is then no longer in the list of unsent
   * fallbacks.
   */
  closed: z.enum(UNSENT_ENDS).optional(),
});
export type FallbackReceipt = z.infer<typeof fallbackReceiptSchema>;

/**
 * A reader's fallbacks. For each channel, `sent` has the times of the messages sent in the last hour, and `attempts`
 * has the number of consecutive failures.
 */
export const awayDocumentSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  reader: feedSchema,
  waiting: z.array(waitingSchema),
  sending: z.array(sendingSchema),
  receipts: z.array(fallbackReceiptSchema),
  sent: z.record(z.string(), z.array(time)),
  attempts: z.record(z.string(), z.int().min(0)),
});
export type AwayDocument = z.infer<typeof awayDocumentSchema>;

/** A reader's e-mail address and devices, stored with the reader's consent. */
export const contactsDocumentSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  reader: feedSchema,
  language: z.enum(LANGUAGES),
  email: z.looseObject({ address: emailAddressSchema, since: time }).optional(),
  /** Channels that the reader has unsubscribed from, excluding e-mail. */
  stopped: z.array(channelNameSchema).optional(),
  /** When the document's lifetime was last restarted to keep `stopped`. */
  renewed: time.optional(),
  /** An address that the reader has entered but not confirmed, and the code sent to it. `tries` counts wrong codes. */
  pending: z
    .looseObject({ address: emailAddressSchema, hash: z.string(), until: time, tries: z.int().min(0) })
    .optional(),
  /** When codes were sent in the last day. */
  codes: z.array(time).optional(),
  devices: z.array(
    z.looseObject({
      endpoint: z.string(),
      keys: z.looseObject({ p256dh: z.string(), auth: z.string() }),
      since: time,
    }),
  ),
});
export type ContactsDocument = z.infer<typeof contactsDocumentSchema>;

/**
 * The names and times (ms since 1970) of the wake-ups that the scheduler didn't accept. Every instance retries them.
 */
export const lateWakeUpsSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  waiting: z.array(z.tuple([z.string().max(100), time])),
});
export type LateWakeUps = z.infer<typeof lateWakeUpsSchema>;

export const LATE_WAKE_UPS_KEY = 'away-late';

/**
 * Readers with unsent fallbacks, newest first. Each item is a pair: a hash of the reader's name, and when the item was
 * added (ms since 1970). `displacedAt` is when a reader was last dropped to make room.
 */
export const awayUnsentSchema = z.looseObject({
  v: z.literal(DOCUMENT_VERSION),
  readers: z.array(z.tuple([z.string().regex(/^[0-9a-f]{32}$/), time])),
  displacedAt: time.optional(),
});
export type AwayUnsent = z.infer<typeof awayUnsentSchema>;

export const AWAY_UNSENT_KEY = 'away-unsent';
