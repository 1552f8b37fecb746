/** `count` and `unseen` are numbers, or ones with a plus sign: "99+". `unseen` is given if it differs. */
export const bell = {
  title: 'Notifications',
  unread: (count: string, unseen?: string) =>
    unseen === undefined ? `Notifications, ${count} unread` : `Notifications, ${unseen} new, ${count} unread`,
  noneUnread: 'Notifications, none unread',
};
