export const toasts = {
  region: 'New notifications',
  dismissAll: 'Dismiss all',
  moreErrors: (count: number) => `${count} more ${count === 1 ? 'error' : 'errors'}`,
  fewerErrors: 'Show fewer errors',
  more: (count: number) => `${count} more`,
  moreInInbox: (count: number) =>
    `${count} more ${count === 1 ? 'notification' : 'notifications'}. Open the inbox`,
  openInbox: 'Open the inbox',
  missed: (count: number) => `${count} new while you were away`,
  missedAtLeast: (count: number) => `${count} or more new while you were away`,
  missedSome: 'You missed some notifications',
  missedOlder: 'Some older notifications are not shown.',
  emptied: 'This feed was cleared',
  sinceEmptied: (count: number) => `${count} new since this feed was cleared`,
};
