import { describe, expect, it } from 'vitest';
import { HelpRequested, parseOptions, throwIfInvalid } from './options.ts';

const USAGE = 'npm run thing -- [--size N]';
const parse = (...args: string[]) => parseOptions(args, USAGE, { options: { size: { type: 'string' } } });

describe('parseOptions', () => {
  it('should return the values', () => {
    expect(parse('--size', '3').values.size).toBe('3');
  });

  it.each([
    [['--colour'], "Unknown option '--colour'.\nUsage: npm run thing"],
    [['more'], "Unexpected argument 'more'"],
    [['--size'], "Option '--size <value>' argument missing.\nUsage: npm run thing"],
  ])('should reject %j with the error and the usage', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it('should show the usage for --help', () => {
    expect(() => parse('--size', '3', '--help')).toThrow(HelpRequested);
    expect(() => parse('--help')).toThrow(`Usage: ${USAGE}`);
  });
});

it('should list all errors in a single failure', () => {
  expect(() => throwIfInvalid(['--size is big', '--colour is red.'], USAGE)).toThrow(
    `--size is big.\n--colour is red.\nUsage: ${USAGE}`,
  );
  expect(() => throwIfInvalid([], USAGE)).not.toThrow();
});
