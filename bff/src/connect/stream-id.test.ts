import { feedSchema } from '@tocsin/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { positionsOf, streamId } from './stream-id.ts';

const feeds = fc.oneof(
  fc.constant('all'),
  fc.string({ unit: 'grapheme' }).map((sub) => `user:${sub}`),
);
const position = fc.record({
  epoch: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  offset: fc.nat(),
});

it('should round-trip positions using only characters allowed in a header', () => {
  fc.assert(
    fc.property(fc.dictionary(feeds, position), (positionsByFeed) => {
      const positions = new Map(
        Object.entries(positionsByFeed).filter(([feed]) => feedSchema.safeParse(feed).success),
      );
      const id = streamId(positions);
      expect(id).toMatch(/^[\x21-\x7e]*$/);
      expect(positionsOf(id)).toEqual(positions);
    }),
  );
});

it('should encode the position in each feed', () => {
  const positions = [
    ['all', { epoch: '1-x', offset: 12 }],
    ['topic:orders', { epoch: '1-x', offset: 7 }],
  ] as const;
  expect(streamId(positions)).toBe('all=1-x:12,topic:orders=1-x:7');
  expect(positionsOf('')).toEqual(new Map());
});

it.each([
  'all',
  'all=',
  'all=1-x',
  'all=:1',
  'all=1-x:',
  'all=1-x:-1',
  'all=1-x:1.5',
  'all=1-x:99999999999999999',
  'none=1-x:1',
  'all=1-x:1,all=1-x:2',
  'all=1-x:1=2',
  'user:~ZZ=1-x:1',
  'all=%:1',
  `all=${'x'.repeat(65)}:1`,
  ',',
])('should refuse %s', (id) => {
  expect(positionsOf(id)).toBeUndefined();
});
