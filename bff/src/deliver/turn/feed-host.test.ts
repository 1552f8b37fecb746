import { expect, it } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';

it('should limit the number of feeds it keeps between turns', async () => {
  const f = new Fixture();
  f.maxActivations = 100;
  const { host } = f.instance();
  for (let i = 0; i < 120; i++) await host.takeTurn(`topic:${i}`, undefined, {});
  expect(host.activations).toBe(100);
});
