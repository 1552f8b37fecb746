import type { Entries } from '../ports.ts';

/**
 * Wraps `entries` and immediately starts to peek at `key`, while the head or checkpoint is still loading. This is safe
 * because entries never change, and the head shows whether they are committed. If the early peek finds no entry, peeks
 * again on demand.
 */
export function peekEarly(entries: Entries, key: string): Entries {
  const early = entries.peek(key).catch(() => undefined);
  return {
    peek: async (requestedKey) =>
      requestedKey === key ? ((await early) ?? entries.peek(key)) : entries.peek(requestedKey),
    pop: (requestedKey) => entries.pop(requestedKey),
  };
}
