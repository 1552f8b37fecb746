export const quiet = {
  came: (count: number, more: boolean) =>
    count === 1 && !more
      ? '1 unread notification arrived during quiet hours'
      : `${count}${more ? ' or more' : ''} unread notifications arrived during quiet hours`,
};
