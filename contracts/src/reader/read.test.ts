import { describe, expect, it } from 'vitest';
import { faultsOf } from '../http/problem.ts';
import { markReadSchema, readKey } from './read.ts';

describe('readKey', () => {
  it('should be unique for each reader and feed', () => {
    const pairs = [
      ['client:a', 'topic:b:all'],
      ['client:a:topic:b', 'all'],
      ['client:a~3Atopic:b', 'all'],
      ['user:a', 'all'],
      ['user:a:user:b', 'all'],
      ['user:a', 'user:b:all'],
      ['anonymous', 'all'],
    ] as const;
    expect(new Set(pairs.map(([reader, feed]) => readKey(reader, feed))).size).toBe(pairs.length);
    for (const [reader, feed] of pairs) expect(readKey(reader, feed)).toMatch(/^[A-Za-z0-9._:~-]+$/);
  });
});

describe('markReadSchema', () => {
  it('should require an offset or ids, and report all errors together', () => {
    const paths = (value: unknown) => {
      const parsed = markReadSchema.safeParse(value);
      return parsed.success ? [] : faultsOf(parsed.error).map(({ path }) => path);
    };
    expect(paths({ feed: 'all', offset: 0 })).toEqual([]);
    expect(paths({ feed: 'all', ids: ['a'] })).toEqual([]);
    expect(paths({ feed: 'all' })).toEqual(['offset']);
    expect(paths({ feed: 'x', clientId: '', more: 1 }).toSorted()).toEqual([
      ...['clientId', 'feed', 'more', 'offset'],
    ]);
    expect(paths({ feed: 'all', offset: -1, ids: [] }).toSorted()).toEqual(['ids', 'offset']);
    expect(paths({ feed: 'all', ids: Array.from({ length: 1_001 }, (_, i) => `n${i}`) })).toEqual(['ids']);
    for (const value of [undefined, null, 7, 'x', []]) expect(paths(value)).toEqual(['']);
  });
});
