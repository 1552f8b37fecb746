import { expect, it } from 'vitest';
import { fullest, readRedisMemory } from './memory.ts';

const info = (maxmemory: number) =>
  `# Memory\r\nused_memory:1048576\r\nused_memory_human:1.00M\r\ntotal_system_memory:4294967296\r\nmaxmemory:${maxmemory}\r\nmaxmemory_human:0B\r\n`;

it("should return Redis's used memory and memory limit", () => {
  expect(readRedisMemory(info(2_097_152))).toEqual({ used: 1_048_576, limit: 2_097_152 });
});

it("should use the machine's memory if Redis has no limit", () => {
  expect(readRedisMemory(info(0)).limit).toBe(4_294_967_296);
});

it('should name a field that is missing from the reply', () => {
  expect(() => readRedisMemory('# Memory')).toThrow('used_memory');
});

it("should choose the fullest master's memory in a cluster", () => {
  const [half, most, large] = [
    { used: 5, limit: 10 },
    { used: 9, limit: 10 },
    { used: 50, limit: 100 },
  ];
  expect(fullest([half, most, large])).toEqual(most);
});
