/** Returns a function that runs tasks in the order of the calls, at most `max` at the same time. */
export function limitConcurrency(max: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < max) running++;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await task();
    } finally {
      // The next task takes the place of the task that ended, so `running` stays the same.
      const startNext = waiting.shift();
      if (startNext) startNext();
      else running--;
    }
  };
}
