import { expect, it } from 'vitest';
import { parseJson } from './json.ts';

it('should parse JSON and distinguish invalid JSON from null', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('null')).toBeNull();
  for (const text of ['', 'x', '{"a":', '\ufeff{}']) expect(parseJson(text)).toBeUndefined();
});
