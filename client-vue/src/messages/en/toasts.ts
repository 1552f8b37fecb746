export const toasts = {
  region: 'New notifications',
  dismissAll: 'Dismiss all',
  moreErrors: (count: number) => `${count} more ${count === 1 ? 'error' : 'errors'}`,
  fewerErrors: 'Show fewer errors',
  more: (count: number) => `${count} more`,
  moreInInbox: (count: number) =>
    `${count} more ${count === 1 ? 'notification' : 'notifications'}. Open the inbox`,
  openInbox: 'Open the inbox',
  missed: (count: number) => `${count} while you were away`,
  missedAtLeast: (count: number) => `${count} or more while you were away`,
  missedSome: 'Some notifications were missed',
  missedOlder: 'Some older notifications are not shown.',
  emptied: 'This feed was emptied',
  sinceEmptied: (count: number) => `${count} since this feed was emptied`,
};
