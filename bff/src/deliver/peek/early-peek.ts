import type { Entries } from '../ports.ts';

/**
 * `entries`, with a peek at `key` begun at once, while the head is still being read. What it found is used, since an
 * entry's content never changes and the head says whether it is done; that it found nothing says nothing, so the
 * entry is looked for again when it is asked for.
 */
export function peekEarly(entries: Entries, key: string): Entries {
  const early = entries.peek(key).catch(() => undefined);
  return {
    peek: async (asked) => (asked === key ? ((await early) ?? entries.peek(key)) : entries.peek(asked)),
    pop: (asked) => entries.pop(asked),
  };
}
