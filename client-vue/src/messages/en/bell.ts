/** `count` is a number, or one with a plus sign: "99+". */
export const bell = {
  title: 'Notifications',
  unread: (count: string) => `Notifications, ${count} unread`,
  noneUnread: 'Notifications, none unread',
};
