import { add, times, type Cost, type Kind } from './constants.ts';

export const subtract = (a: Cost, b: Cost): Cost => add(a, times(b, -1));

/** Keeps only what these kinds of processes cost. Negative values are noise and become zero. */
export const onlyFor = (cost: Cost, kinds: readonly Kind[]): Cost =>
  Object.fromEntries(kinds.map((kind) => [kind, Math.max(0, cost[kind] ?? 0)]));
