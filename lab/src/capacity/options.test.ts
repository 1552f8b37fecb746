import { describe, expect, it } from 'vitest';
import { readCapacityOptions } from './options.ts';

describe('the capacity options', () => {
  it('should have defaults for the load, but not for the bff count', () => {
    const { mode, json, load } = readCapacityOptions([]);
    expect([mode, json]).toEqual(['compute', false]);
    expect(load).toMatchObject({ connections: 10_000, rate: 100, feeds: 1, payload: 200, target: 0.6 });
    expect(load).not.toHaveProperty('instances');
  });

  it('should accept integers, decimals and exponents', () => {
    const { load } = readCapacityOptions(['--connections', '1e6', '--rate=0.5', '--instances', '40']);
    expect(load).toMatchObject({ connections: 1_000_000, rate: 0.5, instances: 40 });
  });

  it('should accept `--compressed-history`, and at most one mode', () => {
    expect(readCapacityOptions([]).load).not.toHaveProperty('compressedHistory');
    expect(readCapacityOptions(['--compressed-history']).load).toMatchObject({ compressedHistory: true });
    expect(readCapacityOptions(['--measure-compression']).mode).toBe('measure-compression');
    expect(() => readCapacityOptions(['--measure-compression', '--check'])).toThrow(/cannot be combined/);
  });

  it('should list all errors', () => {
    const read = () =>
      readCapacityOptions([
        '--connections',
        'many',
        '--feeds=0',
        '--instances=2.5',
        '--target=101',
        '--measure',
        '--check',
      ]);
    expect(read).toThrow(
      /cannot be combined.*--connections.*"many".*--feeds.*--instances.*--target.*Usage: npm run capacity/s,
    );
    expect(() => readCapacityOptions(['--fast'])).toThrow(/--fast.*Usage: npm run capacity/s);
    expect(() => readCapacityOptions(['--rate', ''])).toThrow(/--rate/);
  });
});
