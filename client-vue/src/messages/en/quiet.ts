export const quiet = {
  came: (count: number) =>
    count === 1
      ? '1 notification arrived during quiet hours'
      : `${count} notifications arrived during quiet hours`,
};
