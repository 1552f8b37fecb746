import { vi } from 'vitest';

/** Vitest's default of 1 s is too short on a busy machine. */
const WAIT_MS = 20_000;
const isSet = Symbol.for('tocsin.waitFor');

// All test files that run in the same worker share `vi`.
if (!Reflect.get(vi, isSet)) {
  const { waitFor } = vi;
  vi.waitFor = (callback, options = WAIT_MS) => waitFor(callback, options);
  Reflect.set(vi, isSet, true);
}
