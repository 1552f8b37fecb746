/** A call that failed: of a write nobody knows whether it was done, was not, or will be. */
export class CallFailed extends Error {
  override name = 'CallFailed';
}

/**
 * Decides what becomes of a call when it is let through. `slow`: it is done, and its answer is on its way until it is
 * let through in turn; `late`: it fails, and lands some time afterwards.
 */
export type Fate = 'good' | 'slow' | 'lost' | 'done' | 'late';

interface Pending {
  write: boolean;
  finish(fate: Fate): void;
}

/** The calls of one process to the outside: each waits until a step lets it through. */
export class Calls {
  readonly #pending: Pending[] = [];
  readonly #land: (effect: () => void) => void;

  constructor(land: (effect: () => void) => void) {
    this.#land = land;
  }

  get waiting(): number {
    return this.#pending.length;
  }

  read<T>(effect: () => T): Promise<T> {
    return this.#call(effect, false, () => true);
  }

  /** `isUp` says, when it is let through, whether the other side can be reached at all. */
  write<T>(effect: () => T, isUp: () => boolean = () => true): Promise<T> {
    return this.#call(effect, true, isUp);
  }

  /** One of the waiting calls; a read has only two fates. */
  letThrough(index: number, fate: Fate): void {
    const [call] = this.#pending.splice(index % this.#pending.length, 1);
    call?.finish(call.write || fate === 'good' || fate === 'slow' ? fate : 'lost');
  }

  /** The process is dead: bit i of `done` says whether its call i was done; nobody hears of it. */
  abandon(done: number): void {
    for (const [i, call] of this.#pending.splice(0).entries()) {
      if (call.write && (done >> i) & 1) call.finish('done');
    }
  }

  #call<T>(effect: () => T, write: boolean, isUp: () => boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const finish = (fate: Fate) => {
        if ((fate === 'good' || fate === 'slow') && isUp()) {
          const answer = answerOf(effect, resolve, reject);
          if (fate === 'good') return answer();
          this.#pending.push({
            write: false,
            finish: (then) => (then === 'lost' ? reject(unknown()) : answer()),
          });
          return;
        }
        if (fate === 'done') attempt(effect);
        if (fate === 'late') this.#land(() => attempt(effect));
        reject(unknown());
      };
      this.#pending.push({ write, finish });
    });
  }
}

const unknown = () => new CallFailed('the outcome is not known');

/** Does it, and returns what tells the caller of it. */
function answerOf<T>(
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

/** Does what a caller will not hear of: neither its result nor that it was refused. */
function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
