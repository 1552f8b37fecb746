import { expect, it } from 'vitest';
import { lastedMs } from './lasted.ts';

it('should use the page’s clock for problems that the page detects, and the server’s clock for all others', () => {
  const now = { server: 1_000, page: 61_000 };
  expect(lastedMs('unreachable', 1_000, now)).toBe(60_000);
  expect(lastedMs('figures', 1_000, now)).toBe(60_000);
  expect(lastedMs('queue', 400, now)).toBe(600);
  expect(lastedMs('queue', 2_000, now)).toBe(0);
});
