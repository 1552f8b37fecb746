/**
 * Runs tasks in order, together before the next frame: a burst costs one rendering. While the page is hidden there
 * are no frames, and a timer takes their place.
 */
export class FrameBatch {
  #tasks: (() => void)[] = [];
  #cancel: (() => void) | undefined;

  run(task: () => void): void {
    this.#tasks.push(task);
    if (this.#cancel) return;
    // Both, since the page may be hidden before the frame comes.
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
    for (const task of tasks) task();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#tasks = [];
  }
}
