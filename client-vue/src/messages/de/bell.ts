import type { Messages } from '../messages.ts';

export const bell: Messages['bell'] = {
  title: 'Benachrichtigungen',
  unread: (count, unseen) =>
    unseen === undefined
      ? `Benachrichtigungen, ${count} ungelesen`
      : `Benachrichtigungen, ${unseen} neu, ${count} ungelesen`,
  noneUnread: 'Benachrichtigungen, keine ungelesen',
};
