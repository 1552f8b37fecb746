/** Returns a function that runs tasks in call order, at most `max` at a time. */
export function createTurns(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < max) running++;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await task();
    } finally {
      // A task that ends hands its place on, so `running` stays the same.
      const startNext = waiting.shift();
      if (startNext) startNext();
      else running--;
    }
  };
}
