/** Runs the tasks in order. Logs exceptions and keeps going. */
export function runAll<T>(tasks: readonly ((input: T) => void)[], input: T): void {
  for (const task of tasks) {
    try {
      task(input);
    } catch (error) {
      console.error(error);
    }
  }
}
