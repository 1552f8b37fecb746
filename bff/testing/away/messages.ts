import type { Notification } from '@tocsin/contracts';
import type { AwayMessage } from '../../src/away/channels/channel.ts';

export const notificationOf = (title: string, overrides: Partial<Notification> = {}): Notification => ({
  id: title.toLowerCase().replace(/\W/g, '-').slice(0, 40),
  feed: 'user:7',
  severity: 'info',
  title,
  createdAt: '2026-03-01T10:00:00Z',
  ...overrides,
});

export const messageOf = (
  notifications: readonly Notification[],
  overrides: Partial<AwayMessage> = {},
): AwayMessage => ({
  key: 'k1',
  reader: 'user:7',
  language: 'en',
  notifications,
  more: 0,
  links: {
    inbox: 'https://inbox.example/',
    unsubscribe: 'https://inbox.example/app/unsubscribe?token=a&b=c',
    open: ({ id }) => `https://inbox.example/#/${id}`,
  },
  ...overrides,
});
