import { expect, it } from 'vitest';
import { Fixture } from '../testing/feed-fixture.ts';

it('should keep a bounded number of feeds between turns', async () => {
  const { host } = new Fixture().instance();
  for (let i = 0; i < 1_100; i++) await host.turn(`topic:${i}`, undefined, {});
  expect(host.activations).toBe(1_000);
});
