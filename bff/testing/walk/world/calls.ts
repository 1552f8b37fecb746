/**
 * A failed call. If the call was a write, it may have taken effect, may still take effect later, or may never take
 * effect.
 */
export class CallError extends Error {
  override name = 'CallError';
}

/**
 * The outcome of a call that is let through. `good`: it succeeds. `slow`: it takes effect, but the response also
 * waits to be let through. `lost`: it fails and has no effect. `done`: it fails for the caller, but takes effect.
 * `late`: it fails for the caller, but takes effect some time later.
 */
export type Fate = 'good' | 'slow' | 'lost' | 'done' | 'late';

interface Pending {
  write: boolean;
  finish(fate: Fate): void;
}

/** A process's outgoing calls. Each waits for a step to let it through. */
export class Calls {
  readonly #pending: Pending[] = [];
  readonly #effectLater: (effect: () => void) => void;

  constructor(effectLater: (effect: () => void) => void) {
    this.#effectLater = effectLater;
  }

  get waiting(): number {
    return this.#pending.length;
  }

  read<T>(effect: () => T): Promise<T> {
    return this.#call(effect, false, () => true);
  }

  /** `isUp` returns whether the other side is reachable when the call is let through. */
  write<T>(effect: () => T, isUp: () => boolean = () => true): Promise<T> {
    return this.#call(effect, true, isUp);
  }

  /** Lets a waiting call through. For reads, all fates but `good` and `slow` mean `lost`. */
  letThrough(index: number, fate: Fate): void {
    const [call] = this.#pending.splice(index % this.#pending.length, 1);
    call?.finish(call.write || fate === 'good' || fate === 'slow' ? fate : 'lost');
  }

  /** Drops a dead process's calls. If bit i of `applied` is set and call i is a write, the write still takes effect. */
  abandon(applied: number): void {
    for (const [i, call] of this.#pending.splice(0).entries()) {
      if (call.write && (applied >> i) & 1) call.finish('done');
    }
  }

  #call<T>(effect: () => T, write: boolean, isUp: () => boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const finish = (fate: Fate) => {
        if ((fate === 'good' || fate === 'slow') && isUp()) {
          const respond = responseOf(effect, resolve, reject);
          if (fate === 'good') return respond();
          this.#pending.push({
            write: false,
            finish: (then) => (then === 'lost' ? reject(unknownOutcome()) : respond()),
          });
          return;
        }
        if (fate === 'done') performIgnoringResult(effect);
        if (fate === 'late') this.#effectLater(() => performIgnoringResult(effect));
        reject(unknownOutcome());
      };
      this.#pending.push({ write, finish });
    });
  }
}

const unknownOutcome = () => new CallError('the outcome is unknown');

/** Performs the call and returns a function that passes the result to the caller. */
function responseOf<T>(
  effect: () => T,
  resolve: (value: T) => void,
  reject: (error: Error) => void,
): () => void {
  try {
    const value = effect();
    return () => resolve(value);
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    return () => reject(reason);
  }
}

/** Performs a call without passing the result or errors to the caller. */
function performIgnoringResult(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
