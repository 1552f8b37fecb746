import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Numbers that a seed repeats. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Lets the code under test draw its random bytes from the seed, so that a walk can be repeated. Undo with the result. */
export function seedRandomBytes(random: Random): () => void {
  const original = crypto.randomBytes;
  const seeded = (size: number) => Buffer.from(Array.from({ length: size }, () => random.below(256)));
  Object.assign(crypto, { randomBytes: seeded });
  syncBuiltinESMExports();
  return () => {
    Object.assign(crypto, { randomBytes: original });
    syncBuiltinESMExports();
  };
}
