import { createHash } from 'node:crypto';
import { isolate, SEVERITIES, type Notification } from '@tocsin/contracts';
import type { AwayMessage } from '../channel.ts';

/** A message for a browser and the delivery options for the push service (RFC 8030). */
export interface Push {
  payload: string;
  /** Time to live (seconds): the push service discards the push if the device stays offline longer. */
  ttl: number;
  urgency: 'low' | 'normal' | 'high';
  /** A later push with the same topic replaces this push if it hasn't been delivered yet. */
  topic: string;
}

/** Push services accept 4,096 encrypted bytes, enough for 3,993 bytes of text. The limit leaves a margin. */
const MAX_PAYLOAD_BYTES = 3_800;
/** Maximum body length in characters. Devices show about four lines. */
const MAX_BODY = 500;
const MAX_TITLES = 5;
const ONE_DAY_S = 24 * 60 * 60;

const URGENCY = { info: 'low', success: 'low', warning: 'normal', error: 'high' } as const;

/**
 * Turns a message into a declarative push (https://www.w3.org/TR/push-api/#declarative-push-message). Browsers that
 * support declarative pushes show it without a service worker. In other browsers, a service worker passes
 * `notification` to `showNotification`. A click opens `navigate`. The push has no `app_badge`, since a message doesn't
 * count all of the reader's unread notifications.
 */
export function pushOf(message: AwayMessage, title: string, now: number): Push {
  const { notifications, language, more, key } = message;
  const [newest] = notifications;
  const isSingle = newest !== undefined && notifications.length + more === 1;
  const topic = topicOf(isSingle ? newest : undefined, key);
  const notification = {
    title,
    lang: language,
    dir: 'auto',
    body: bodyOf(message, isSingle),
    navigate: isSingle ? message.links.open(newest) : message.links.inbox,
    // A later notification with the same tag replaces this notification.
    tag: topic,
    ...(newest && { timestamp: Date.parse(newest.createdAt) }),
    data: { inbox: message.links.inbox, ...(isSingle && { feed: newest.feed, id: newest.id }) },
  };
  return {
    payload: fitPayload({ web_push: 8030, notification }),
    ttl: isSingle ? secondsLeft(newest, now) : ONE_DAY_S,
    urgency: urgencyOf(notifications),
    topic,
  };
}

function bodyOf({ notifications }: AwayMessage, isSingle: boolean): string {
  const text = isSingle
    ? (notifications[0]?.body ?? '')
    : notifications
        .slice(0, MAX_TITLES)
        .map(({ title }) => isolate(title))
        .join('\n');
  return shorten(text, MAX_BODY);
}

const segmenter = new Intl.Segmenter();

/** Truncates text, but only between grapheme clusters (user-perceived characters). */
function shorten(text: string, max: number): string {
  const characters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  return characters.length <= max ? text : `${characters.slice(0, Math.max(0, max - 1)).join('')}…`;
}

interface Payload {
  web_push: 8030;
  notification: { body: string; navigate: string; data: { inbox: string } };
}

/**
 * Returns the payload as JSON. Truncates the body to fit. The notification's URL can be so long that the payload
 * doesn't fit even with an empty body. The push then links to the inbox instead.
 */
function fitPayload(payload: Payload): string {
  const json = (body: string, navigate: string) =>
    JSON.stringify({ ...payload, notification: { ...payload.notification, body, navigate } });
  const { body, navigate, data } = payload.notification;
  for (const address of [navigate, data.inbox]) {
    for (let length = MAX_BODY; length >= 0; length -= 100) {
      const text = json(shorten(body, length), address);
      if (Buffer.byteLength(text) <= MAX_PAYLOAD_BYTES) return text;
    }
  }
  throw new Error('The notification is too long for a push');
}

/**
 * Returns a push topic: 32 base64url characters. Pushes of single notifications with the same feed and collapse key
 * share a topic, so the newest push replaces older pushes.
 */
function topicOf(single: Notification | undefined, key: string): string {
  const name =
    single?.collapseKey === undefined ? ['key', key] : ['collapse', single.feed, single.collapseKey];
  return createHash('sha256').update(JSON.stringify(name)).digest('base64url').slice(0, 32);
}

const secondsLeft = ({ expiresAt }: Notification, now: number): number =>
  expiresAt === undefined
    ? ONE_DAY_S
    : Math.max(0, Math.min(ONE_DAY_S, Math.floor((Date.parse(expiresAt) - now) / 1000)));

function urgencyOf(notifications: readonly Notification[]): Push['urgency'] {
  const highest = Math.max(...notifications.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return URGENCY[SEVERITIES[highest] ?? 'info'];
}
