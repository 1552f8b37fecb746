/** Runs the tasks in order. An exception is logged, and doesn't keep the others from running. */
export function runAll<T>(tasks: readonly ((input: T) => void)[], input: T): void {
  for (const task of tasks) {
    try {
      task(input);
    } catch (error) {
      console.error(error);
    }
  }
}
