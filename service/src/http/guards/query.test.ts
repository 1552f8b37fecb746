import { expect, it } from 'vitest';
import { invalidQuery, readParameters } from './query.ts';

it('should read and decode known parameters', () => {
  expect(readParameters('/a?feed=user%3Aada&limit=2', ['feed', 'limit'])).toEqual({
    parameters: { feed: 'user:ada', limit: '2' },
    faults: [],
  });
  expect(readParameters('/a', [])).toEqual({ parameters: {}, faults: [] });
});

it('should report every unknown and every repeated parameter once', () => {
  const { parameters, faults } = readParameters('/a?feed=a&%66eed=b&x=1&x=2&__proto__=3', ['feed']);
  expect(parameters).toEqual({ feed: 'a' });
  expect(faults).toEqual([
    { path: 'feed', message: 'must not be repeated' },
    { path: 'x', message: 'is not a known parameter' },
    { path: '__proto__', message: 'is not a known parameter' },
  ]);
});

it('should list at most a hundred errors, report that there are more, and shorten long names', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `p${index}`);
  const { faults } = readParameters(`/a?${'x'.repeat(5_000)}&${names.join('&')}`, []);
  const { errors, detail } = invalidQuery(faults, 'The query is invalid.');
  expect(errors).toHaveLength(100);
  expect(errors?.[0]?.path).toBe('x'.repeat(100));
  expect(detail).toBe('The query is invalid. The first 100 are listed.');
  expect(invalidQuery(faults.slice(0, 100), 'The query is invalid.').detail).toBe('The query is invalid.');
});

it('should reject the whole query if it isn’t UTF-8', () => {
  const { parameters, faults } = readParameters('/a?feed=user:%ff', ['feed']);
  expect(parameters).toEqual({});
  expect(faults).toEqual([{ path: '', message: 'must be valid percent-encoded UTF-8' }]);
});
