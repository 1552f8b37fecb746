import type { Entries } from '../ports.ts';

/**
 * Wraps `entries` and starts to peek at `key` at once, while the head or checkpoint is still being read. An entry found
 * early can be used, because its content never changes, and the head shows whether it is already committed. After a
 * miss, the entry is looked up again on demand.
 */
export function peekEarly(entries: Entries, key: string): Entries {
  const early = entries.peek(key).catch(() => undefined);
  return {
    peek: async (asked) => (asked === key ? ((await early) ?? entries.peek(key)) : entries.peek(asked)),
    pop: (asked) => entries.pop(asked),
  };
}
