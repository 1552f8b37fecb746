import { expect, it } from 'vitest';
import { durationSchema, parseDuration } from './duration.ts';

it.each([
  ['PT5S', 5_000],
  ['PT5M', 300_000],
  ['PT1H30M', 5_400_000],
  ['P1DT1S', 86_401_000],
  ['PT0S', 0],
])('should parse %s as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', 'P', 'PT', 'P1DT', '5M', 'PT5', 'P1W', 'P1M', 'PT1.5S', 'pt5m', 'PT-5M', 'PT5M '])(
  'should reject %j',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(durationSchema('PT1S', 'P30D').safeParse(text).success).toBe(false);
  },
);

it('should reject durations outside the limits', () => {
  const schema = durationSchema('PT1S', 'P30D');
  for (const text of ['PT1S', 'P30D', 'PT720H']) expect(schema.safeParse(text).success).toBe(true);
  for (const text of ['PT0S', 'P31D', 'P30DT1S']) expect(schema.safeParse(text).success).toBe(false);
});
