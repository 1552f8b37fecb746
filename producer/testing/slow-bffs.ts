import { vi } from 'vitest';
import type { ProducerOptions } from '../src/produce/producer.ts';
import { testProducer } from './test-producer.ts';

/** A producer with a single lane, and bffs that claim the first `claimed` entries, but never the entry `stuck`. */
export function slowBffs(options: Partial<ProducerOptions> = {}) {
  const parts = testProducer({ partitions: 1, ...options });
  const bffs = { claimed: 0, stuck: 0 };
  const peek = vi.fn<(key: string) => Promise<string | undefined>>(async (key) => {
    const seq = Number(key.split(':').at(-1));
    return seq > bffs.claimed || seq === bffs.stuck ? '{}' : undefined;
  });
  parts.backend.peek = peek;
  return { ...parts, peek, bffs };
}
