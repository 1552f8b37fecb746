import type { OnErased } from '../ports.ts';
import type { Erased } from './erased-content.ts';

export type ErasureStep = (erased: Erased) => Promise<void>;

/** Runs the steps in order, checking before each of them whether the erasure is still due. */
export const eraseInSteps =
  (steps: readonly ErasureStep[]): OnErased =>
  async (erased, isDue) => {
    for (const step of steps) {
      if (isDue && !(await isDue())) return;
      await step(erased);
    }
  };
