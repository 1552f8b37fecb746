import { describe, expect, it } from 'vitest';
import { keyOf, parseRedirection, slotOf, slotRangesOf } from './slots.ts';

describe('Redis Cluster slots', () => {
  // The slots that CLUSTER KEYSLOT returns in Redis 7.
  it.each([
    ['123456789', 12_739],
    ['foo', 12_182],
    ['user:{foo}:1', 12_182],
    ['a{}{foo}', 700],
    ['bff||head:all', 9_222],
  ])('should equal the slots that Redis computes: %s', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });

  it('should be equal for keys with the same non-empty text in braces', () => {
    expect(slotOf('entry:{1}:run:1')).toBe(slotOf('entry:{1}:run:2'));
    expect(slotOf('{}a')).not.toBe(slotOf('{}b'));
  });

  it("should be determined by the key in a command's arguments, for each kind of method", () => {
    expect(keyOf('xAdd', ['stream', '*', { a: '1' }])).toBe('stream');
    expect(keyOf('xRead', [[{ key: 'stream', id: '$' }], { BLOCK: 1 }])).toBe('stream');
    expect(keyOf('sendCommand', [['XTRIM', 'stream', 'MINID', '1']])).toBe('stream');
    expect(keyOf('sendCommand', [['INFO', 'memory']])).toBeUndefined();
    expect(keyOf('publish', ['channel', 'text'])).toBeUndefined();
    expect(() => keyOf('multi', [])).toThrow('cannot find the key in the arguments of multi');
  });

  it('should belong to a master on the queried host if a reply contains no host', () => {
    const queried = { host: 'redis.example', port: 7000 };
    expect(slotRangesOf([[0, 99, [null, 7001]]], queried)[0]?.master).toEqual({ ...queried, port: 7001 });
    expect(parseRedirection('MOVED', new Error('MOVED 99 :7002'), queried)).toEqual({
      ...queried,
      port: 7002,
    });
    expect(parseRedirection('ASK', new Error('MOVED 99 a:7002'), queried)).toBeUndefined();
    expect(parseRedirection('MOVED', new Error('MOVED 99 ::1:7002'), queried)).toEqual({
      host: '::1',
      port: 7002,
    });
  });
});
