export const quiet = {
  came: (count: number) =>
    count === 1 ? '1 notification came during quiet hours' : `${count} notifications came during quiet hours`,
};
