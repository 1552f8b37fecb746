import { isolate, type Notification, type Severity } from '@tocsin/contracts';
import type { AwayMessage } from '../channels/channel.ts';
import type { Words } from './defaults/words.ts';

export interface ViewItem {
  severity: Severity;
  severityName: string;
  /** The severity's text color on white. The contrast ratio is at least 4.5. */
  color: string;
  title: string;
  body?: string;
  /** The publication time, formatted for the message's language. */
  time: string;
  /** Link to the notification in the inbox. */
  open: string;
  link?: string;
  actions: { label: string; link: string }[];
}

/** The variables available to templates. All links are absolute. */
export interface View {
  language: 'en' | 'de';
  subject: string;
  heading: string;
  /** Number of unread notifications, including any that the message doesn't show. */
  count: number;
  /** Groups, sorted by newest notification. `name` is missing if no notification has a source. */
  groups: { name?: string; items: ViewItem[] }[];
  /** For example, "and 3 more in your inbox". */
  more?: string;
  words: Words;
  links: { inbox: string; unsubscribe: string };
}

const COLORS: Record<Severity, string> = {
  info: '#1d5fb8',
  success: '#1a7042',
  warning: '#8f5a00',
  error: '#b3261e',
};

export interface ViewOptions {
  words: Words;
  timeZone: string;
  /**
   * Whether to isolate right-to-left text with control characters so that it doesn't reorder the surrounding text. HTML
   * uses `dir="auto"` instead.
   */
  plain: boolean;
}

export function viewOf(message: AwayMessage, { words, timeZone, plain }: ViewOptions): View {
  const { language, notifications, more, links } = message;
  const text = (value: string) => (plain ? isolate(value) : value);
  const count = notifications.length + more;
  const [newest] = notifications;
  const values = { count: String(count), more: String(more), title: text(newest?.title ?? '') };
  const isSingle = count === 1;
  const isCode = message.purpose === 'code';
  return {
    language,
    subject: fill(isSingle ? words.subjectOne : words.subjectMany, values),
    heading: isCode ? words.headingCode : fill(isSingle ? words.headingOne : words.headingMany, values),
    count,
    groups: groupsOf(message, words).map(({ name, notifications: grouped }) => ({
      ...(name !== undefined && { name: text(name) }),
      items: grouped.map((notification) => itemOf(notification, message, { words, timeZone, text })),
    })),
    ...(more > 0 && { more: fill(more === 1 ? words.moreOne : words.moreMany, values) }),
    words: isCode ? { ...words, why: words.whyCode } : words,
    links: { inbox: links.inbox, unsubscribe: links.unsubscribe },
  };
}

/** Replaces each `{name}` with its value. Doesn't change braces inside values. */
const fill = (word: string, values: Record<string, string>): string =>
  word.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);

/** Groups by source and sorts the groups by newest notification. */
function groupsOf({ notifications }: AwayMessage, words: Words) {
  const groups = new Map<string | undefined, Notification[]>();
  for (const notification of notifications) {
    const group = groups.get(notification.source);
    if (group) group.push(notification);
    else groups.set(notification.source, [notification]);
  }
  const hasNames = [...groups.keys()].some((source) => source !== undefined);
  return Array.from(groups, ([source, grouped]) => ({
    name: source ?? (hasNames ? words.otherSources : undefined),
    notifications: grouped,
  }));
}

function itemOf(
  notification: Notification,
  { language, links }: AwayMessage,
  { words, timeZone, text }: { words: Words; timeZone: string; text: (value: string) => string },
): ViewItem {
  const { title, body, severity, createdAt, link, actions = [] } = notification;
  /** Links can be paths on the inbox's site. */
  const absolute = (address: string) => new URL(address, links.inbox).href;
  return {
    severity,
    severityName: words[severity],
    color: COLORS[severity],
    title: text(title),
    ...(body !== undefined && { body: body.split('\n').map(text).join('\n') }),
    time: timeOf(createdAt, language, timeZone),
    open: links.open(notification),
    ...(link !== undefined && { link: absolute(link) }),
    actions: actions.map((action) => ({ label: text(action.label), link: absolute(action.link) })),
  };
}

const timeOf = (createdAt: string, language: string, timeZone: string): string =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(new Date(createdAt));
