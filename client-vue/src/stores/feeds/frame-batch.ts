import { runAll } from '../run-all.ts';

/** Batches tasks until the next animation frame so that a burst renders once. Uses a timer while the page is hidden. */
export class FrameBatch {
  #tasks: (() => void)[] = [];
  #cancel: (() => void) | undefined;

  run(task: () => void): void {
    this.#tasks.push(task);
    if (this.#cancel) return;
    // Also schedule a timer in case the page becomes hidden before the frame.
    const frame = requestAnimationFrame(() => this.flush());
    const timer = setTimeout(() => this.flush(), 200);
    this.#cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const tasks = this.#tasks;
    this.#tasks = [];
    runAll(tasks, undefined);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#tasks = [];
  }
}
