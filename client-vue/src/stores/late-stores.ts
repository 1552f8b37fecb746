import { loadLate } from '../load-late.ts';
import { defineStore } from './define-store.ts';
import type * as lateParts from './late-parts.ts';
import { runAll } from './run-all.ts';

type LateParts = typeof lateParts;

/** Stores not needed by the first view: toasts, the reader's actions and the rules for interruptions. */
export const useLateStores = defineStore(() => {
  let parts: LateParts | undefined;
  let waiting: ((parts: LateParts) => void)[] = [];

  /**
   * Runs a task with these stores: immediately if they are loaded, otherwise after loading, in the order of the calls.
   */
  function run(task: (parts: LateParts) => void): void {
    if (parts) runAll([task], parts);
    else waiting.push(task);
  }

  /** Loads the stores. Tasks also wait for `ready`. Returns a function that stops loading. */
  function load(ready: Promise<void>): () => void {
    waiting = [];
    parts = undefined;
    return loadLate(
      async () => {
        const [loaded] = await Promise.all([import('./late-parts.ts'), ready]);
        return loaded;
      },
      (loaded) => {
        parts = loaded;
        runAll(waiting.splice(0), loaded);
      },
    );
  }

  return { run, load };
});
