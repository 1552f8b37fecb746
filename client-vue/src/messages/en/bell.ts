/** `count` and `unseen` are formatted numbers like "3" or "99+". `unseen` is set if it differs from `count`. */
export const bell = {
  title: 'Notifications',
  unread: (count: string, unseen?: string) =>
    unseen === undefined ? `Notifications, ${count} unread` : `Notifications, ${unseen} new, ${count} unread`,
  noneUnread: 'Notifications, none unread',
};
