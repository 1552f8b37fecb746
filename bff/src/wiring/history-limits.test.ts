import { expect, it } from 'vitest';
import { parseConfig } from '@tocsin/service';
import { bffSettings } from '../config.ts';
import { createLimitsOf } from './history-limits.ts';

it('should keep user feeds for 30 days, up to a megabyte each, and other feeds for a day', () => {
  const limitsOf = createLimitsOf(parseConfig(bffSettings, {}));
  const day = 24 * 60 * 60 * 1000;
  expect(limitsOf('user:ada')).toMatchObject({ historyTtlMs: 30 * day, historyBytes: 1024 * 1024 });
  expect(limitsOf('topic:orders').historyTtlMs).toBe(day);
  expect(limitsOf('all').historyTtlMs).toBe(day);
});

it('should use the settings for each kind of feed', () => {
  const settings = { HISTORY_TTL: '60', USER_HISTORY_TTL: '120', USER_HISTORY_BYTES: '65536' };
  const limitsOf = createLimitsOf(parseConfig(bffSettings, settings));
  expect(limitsOf('all').historyTtlMs).toBe(60_000);
  expect(limitsOf('user:ada')).toMatchObject({ historyTtlMs: 120_000, historyBytes: 65_536 });
});
