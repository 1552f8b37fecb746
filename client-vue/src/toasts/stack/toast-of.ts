import type { Notification } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import { toasts } from '../../messages/en/toasts.ts';
import { addEnglish, useMessages } from '../../messages/use-messages.ts';
import type { Toast } from './toast.ts';

addEnglish({ toasts });

export const toastKey = (feed: string, id: string): string => `${feed}/${id}`;

export function toastOf(feed: string, notification: Notification): Toast {
  const { id, title, body, source, link, actions = [], collapseKey } = notification;
  return {
    key: toastKey(feed, id),
    kind: 'notification',
    severity: severityOf(notification),
    title,
    body,
    source,
    link,
    actions,
    notificationId: id,
    feed,
    collapseKey,
  };
}

export interface Missed {
  feed: string;
  count: number;
  /** Whether some older notifications were no longer available. */
  gap: boolean;
  /** Whether the feed was erased. Erased notifications don't count as missed. */
  erased?: boolean;
}

function titleOf({ count, gap, erased }: Missed): string {
  const { toasts } = useMessages().texts;
  if (erased) return count > 0 ? toasts.sinceEmptied(count) : toasts.emptied;
  if (count === 0) return toasts.missedSome;
  return gap ? toasts.missedAtLeast(count) : toasts.missed(count);
}

/** Returns a single toast that reports all missed notifications. */
export function summaryOf(missed: Missed, unique: number): Toast {
  const { feed, gap, erased } = missed;
  return {
    key: `summary/${feed}/${unique}`,
    kind: 'summary',
    severity: 'info',
    title: titleOf(missed),
    body: gap && !erased ? useMessages().texts.toasts.missedOlder : undefined,
    actions: [],
  };
}
