import type { KeyOf } from '../peek/peek.ts';
import type { Entries } from '../ports.ts';

const POPS_AT_ONCE = 16;

/** Pops a run's entries `from` to `to`. Missing entries count as already popped. Rejects if an outcome is unknown. */
export async function popRange(
  entries: Pick<Entries, 'pop'>,
  keyOf: KeyOf,
  from: number,
  to: number,
): Promise<void> {
  for (let start = from; start <= to; start += POPS_AT_ONCE) {
    const count = Math.min(POPS_AT_ONCE, to - start + 1);
    await Promise.all(Array.from({ length: count }, (_, i) => entries.pop(keyOf(start + i))));
  }
}
