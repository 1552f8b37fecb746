import { describe, expect, it } from 'vitest';
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth.ts';

const nestedArrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('the nesting depth of JSON', () => {
  it('should be checked without overflowing the stack', () => {
    expect(isTooDeep(JSON.parse(nestedArrays(MAX_JSON_DEPTH)))).toBe(false);
    expect(isTooDeep(JSON.parse(nestedArrays(MAX_JSON_DEPTH + 2)))).toBe(true);
    expect(isTooDeep(JSON.parse(nestedArrays(100_000)))).toBe(true);
    expect(isTooDeep('text')).toBe(false);
  });
});
