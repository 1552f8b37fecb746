import { describe, expect, it } from 'vitest';
import { readChaosOptions } from './options.ts';

describe('the chaos options', () => {
  it('should default to two minutes, or forty for a full run', () => {
    expect(readChaosOptions([])).toEqual({ seed: 1, minutes: 2, full: false, naive: false, redis: 'single' });
    expect(readChaosOptions(['--full', '--seed', '7'])).toMatchObject({ seed: 7, minutes: 40, full: true });
    expect(readChaosOptions(['--naive', '--minutes=0.5'])).toMatchObject({ minutes: 0.5, naive: true });
    expect(readChaosOptions(['--redis', 'cluster'])).toMatchObject({ redis: 'cluster' });
  });

  it('should reject unknown options', () => {
    expect(() => readChaosOptions(['--fast'])).toThrow(/--fast.*Usage: npm run chaos/s);
    expect(() => readChaosOptions(['12'])).toThrow(/12.*Usage: npm run chaos/s);
  });

  it('should list all errors', () => {
    const args = ['--seed', '1.5', '--minutes', 'none', '--full', '--naive', '--redis', 'six'];
    expect(() => readChaosOptions(args)).toThrow(
      /--seed must.*--minutes must.*--redis must.*--naive cannot/s,
    );
  });
});
