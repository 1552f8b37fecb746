import type { Messages } from '../messages.ts';

export const bell: Messages['bell'] = {
  title: 'Benachrichtigungen',
  unread: (count) => `Benachrichtigungen, ${count} ungelesen`,
  noneUnread: 'Benachrichtigungen, keine ungelesen',
};
