/** A call that failed: of a write nobody knows whether it was done, was not, or will be. */
export class CallFailed extends Error {
  override name = 'CallFailed';
}

/** Decides what becomes of a call when it is let through. `late`: it fails, and lands some time afterwards. */
export type Fate = 'good' | 'lost' | 'done' | 'late';

interface Pending {
  write: boolean;
  /** Chance that the call fails when it is let through. */
  risk: number;
  finish(fate: Fate): void;
}

/** The calls of one process to the outside: each waits until the walk lets it through. */
export class Calls {
  pending: Pending[] = [];
  readonly #land: (effect: () => void) => void;

  constructor(land: (effect: () => void) => void) {
    this.#land = land;
  }

  read<T>(effect: () => T, risk = 0.03): Promise<T> {
    return this.#call(effect, false, risk);
  }

  write<T>(effect: () => T, risk = 0.06): Promise<T> {
    return this.#call(effect, true, risk);
  }

  #call<T>(effect: () => T, write: boolean, risk: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const finish = (fate: Fate) => {
        if (fate === 'good') {
          try {
            resolve(effect());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
          return;
        }
        if (fate === 'done') attempt(effect);
        if (fate === 'late') this.#land(() => attempt(effect));
        reject(new CallFailed('the outcome is not known'));
      };
      this.pending.push({ write, risk, finish });
    });
  }
}

/** Does what a caller will not hear of: neither its result nor that it was refused. */
function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
