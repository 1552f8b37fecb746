import type { NotificationInput, Problem, Receipts } from '@tocsin/contracts';

const ids = ['0199a2f0-7c1e-7d3a-9b57-2f6d1c0e8a41'];

export const REQUEST_EXAMPLES: Record<
  string,
  { summary: string; value: NotificationInput | NotificationInput[] }
> = {
  minimal: { summary: 'Only the required member', value: { title: 'Hello' } },
  full: {
    summary: 'All members',
    value: {
      id: 'order-10421-declined',
      feed: 'topic:orders',
      severity: 'error',
      title: 'Payment for order 10421 was declined',
      body: 'Brightwater’s card was declined.\nThe order is on hold until another card is used.',
      link: '/orders/10421',
      actions: [{ label: 'Contact customer', link: '/customers/2' }],
      source: 'billing',
      collapseKey: 'order-10421',
      expiresAt: '2099-12-31T23:59:59Z',
    },
  },
  several: {
    summary: 'Multiple notifications for one or more feeds. Within a feed, they keep their order',
    value: [
      { title: 'Parcel for Delta Bikes has been shipped', source: 'shipping' },
      { feed: 'user:42', severity: 'success', title: 'Your export is ready', link: '/exports/7' },
    ],
  },
};

export const ACCEPTED_EXAMPLE = { ids };

export const RECEIPTS_EXAMPLE: Receipts = {
  id: 'order-10421-declined',
  feed: 'user:42',
  reader: { delivered: true, seen: true, read: false, archived: false },
  fallbacks: [
    { via: 'push', state: 'sent', at: '2026-05-04T09:41:00.000Z' },
    { via: 'email', state: 'waiting', at: '2026-05-04T10:36:00.000Z' },
  ],
};

export const INVALID_EXAMPLE: Problem = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  code: 'invalid_notification',
  detail: 'The body has 2 errors, so nothing was published.',
  errors: [
    { path: 'title', message: 'must not be blank' },
    { path: 'colour', message: 'is not a known member' },
  ],
};

export const UNAVAILABLE_EXAMPLE: Problem = {
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'unavailable',
  detail:
    'The request could not be stored and announced in time. Some of these notifications may still appear. Retry the request with these ids to complete it.',
  ids,
};
