import { expect, it, vi } from 'vitest';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { KnownIds } from '../../feed/ids.ts';

it('should limit the number of feeds it keeps between turns', async () => {
  const f = new Fixture();
  f.maxActivations = 100;
  const { host } = f.instance();
  for (let i = 0; i < 120; i++) await host.takeTurn(`topic:${i}`, undefined, {});
  expect(host.activations).toBeLessThanOrEqual(100);
  expect(host.activations).toBeGreaterThanOrEqual(90);
});

it('should not scan all kept feeds in every turn once there are too many', async () => {
  const f = new Fixture();
  f.maxActivations = 100;
  const { host } = f.instance();
  for (let i = 0; i < 100; i++) await host.takeTurn(`topic:${i}`, undefined, {});
  const sizes = vi.spyOn(KnownIds.prototype, 'size', 'get');
  for (let i = 100; i < 200; i++) await host.takeTurn(`topic:${i}`, undefined, {});
  expect(sizes.mock.calls.length).toBeLessThan(2_000);
  sizes.mockRestore();
});
