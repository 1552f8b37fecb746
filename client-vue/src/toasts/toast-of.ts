import type { Notification } from '@tocsin/contracts';
import { severityOf } from '../format/severity.ts';
import type { Toast } from './toast.ts';

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
  /** Some older notifications could not be recovered. */
  gap: boolean;
  /** The feed was erased; erased notifications don't count as missed. */
  erased?: boolean;
}

function titleOf({ count, gap, erased }: Missed): string {
  if (erased) return count > 0 ? `${count} since this feed was emptied` : 'This feed was emptied';
  if (count === 0) return 'Some notifications were missed';
  return gap ? `${count} or more while you were away` : `${count} while you were away`;
}

/** One toast that reports all missed notifications. */
export function summaryOf(missed: Missed, unique: number): Toast {
  const { feed, gap, erased } = missed;
  return {
    key: `summary/${feed}/${unique}`,
    kind: 'summary',
    severity: 'info',
    title: titleOf(missed),
    body: gap && !erased ? 'Some older notifications are not shown.' : undefined,
    actions: [],
  };
}
