/** Scheduled notifications. Times are already formatted. */
export const scheduled = {
  title: 'Scheduled',
  hint: "Notifications waiting for their delivery time. Notifications scheduled by an older version aren't listed.",
  show: 'Show',
  refresh: 'Refresh',
  looking: 'Looking…',
  none: (time: string) => `No notifications are scheduled. (${time})`,
  all: (count: number, time: string) =>
    `${count} notification${count === 1 ? ' is' : 's are'} scheduled. (${time})`,
  next: (count: string, shown: number, time: string) =>
    `${count} notifications are scheduled. The list shows the next ${shown}. (${time})`,
  partial: (count: string, time: string) =>
    `At least ${count} notifications are scheduled. Not all can be listed. (${time})`,
  caption: 'The next scheduled notifications',
  at: 'Delivery',
  feed: 'Feed',
  id: 'ID',
  action: 'Action',
  retract: 'Retract…',
  confirm: 'Retract',
  ask: 'Retract this notification?',
  consequence: (id: string, feed: string) =>
    `${id} in ${feed} won't be delivered. You can't undo this or reuse the ID.`,
  retracted: (id: string) => `Retracted: ${id}. It won't be delivered.`,
};
