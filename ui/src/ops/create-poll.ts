/**
 * Calls `read` when started, and then `ms` after each call has finished. Skips calls while `isPaused`. Starting again
 * calls `read` at once.
 */
export function createPoll(read: () => Promise<void>, ms: number, isPaused: () => boolean) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let runs = 0;
  async function start(): Promise<void> {
    clearTimeout(timer);
    const run = ++runs;
    if (!isPaused()) await read();
    if (run === runs) timer = setTimeout(() => void start(), ms);
  }
  function stop(): void {
    runs++;
    clearTimeout(timer);
  }
  return { start, stop };
}
