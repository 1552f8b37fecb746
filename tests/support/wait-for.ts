import { vi } from 'vitest';

/** Vitest's 1 s default is too short on a busy machine. */
const WAIT_MS = 20_000;
const isSet = Symbol.for('tocsin.waitFor');

// Test files that run in the same worker share `vi`, so replace its `waitFor` only once.
if (!Reflect.get(vi, isSet)) {
  const { waitFor } = vi;
  vi.waitFor = (callback, options = WAIT_MS) => waitFor(callback, options);
  Reflect.set(vi, isSet, true);
}
