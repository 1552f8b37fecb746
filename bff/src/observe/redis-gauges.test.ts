import { createRegistry } from '@tocsin/service';
import { expect, it } from 'vitest';
import { addRedisGauges } from './redis-gauges.ts';

const seriesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('tocsin_'));

it("should report Redis memory, but no values while Redis doesn't reply", async () => {
  const registry = createRegistry();
  let isDown = false;
  let reads = 0;
  addRedisGauges(registry, async () => {
    reads++;
    if (isDown) throw new Error('unavailable');
    return { used: 10, limit: 100 };
  });
  expect(seriesOf(await registry.metrics())).toEqual([
    'tocsin_bff_redis_memory_used_bytes 10',
    'tocsin_bff_redis_memory_limit_bytes 100',
  ]);
  expect(reads).toBe(1);
  isDown = true;
  expect(seriesOf(await registry.metrics())).toEqual([]);
});
