import { loadLate } from '../load-late.ts';
import { defineStore } from './define-store.ts';
import type * as lateParts from './late-parts.ts';

type LateParts = typeof lateParts;

/** The stores that the first view does without: toasts, what the reader does, and the rules of interruptions. */
export const useLater = defineStore(() => {
  let parts: LateParts | undefined;
  let waiting: ((parts: LateParts) => void)[] = [];

  /** Runs a task with these stores: at once if they are loaded, else in order as soon as they are. */
  function run(task: (parts: LateParts) => void): void {
    if (parts) task(parts);
    else waiting.push(task);
  }

  /** Loads them. Returns the function that gives up. */
  function load(): () => void {
    waiting = [];
    return loadLate(
      () => import('./late-parts.ts'),
      (loaded) => {
        parts = loaded;
        for (const task of waiting.splice(0)) task(loaded);
      },
    );
  }

  return { run, load };
});
