import { expect, it } from 'vitest';
import { lastedMs } from './lasted.ts';

it('should count on while the server is silent, and by the server’s clock for what the server reports', () => {
  const now = { server: 1_000, page: 61_000 };
  expect(lastedMs('unreachable', 1_000, now)).toBe(60_000);
  expect(lastedMs('figures', 1_000, now)).toBe(60_000);
  expect(lastedMs('queue', 400, now)).toBe(600);
  expect(lastedMs('queue', 2_000, now)).toBe(0);
});
