import { describe, expect, it } from 'vitest';
import { isNoise, markLine, parseLine } from './log-line.ts';

describe('parseLine', () => {
  it('should shorten an application’s JSON to a single line', () => {
    const record = {
      level: 'warn',
      time: 1,
      name: 'bff',
      pid: 7,
      hostname: 'h',
      msg: 'set aside',
      entry: 'a:1',
    };
    expect(parseLine(`\u001b[94m== bff 4001 == ${JSON.stringify(record)}\u001b[0m`)).toEqual({
      source: 'bff 4001',
      level: 'warn',
      text: 'set aside entry=a:1',
    });
  });

  it('should show only an error’s message', () => {
    const record = {
      level: 50,
      msg: 'turn failed',
      err: { type: 'Error', message: 'no Redis', stack: 'at …' },
    };
    expect(parseLine(`== APP - bff == ${JSON.stringify(record)}`)).toMatchObject({
      level: 'error',
      text: 'turn failed err=no Redis',
    });
  });

  it.each(['{not JSON', 'plain text'])('should show %j unchanged', (text) => {
    expect(parseLine(`== APP - producer == ${text}`)).toEqual({ source: 'producer', level: 'info', text });
  });

  it.each([
    ['an application', `== bff 4001 == ${JSON.stringify({ msg: 'unknown', id: 'a\u001b[2J\u202eb' })}`],
    ['an application that failed', '== bff 4001 == Error: unknown id=a\u001b[2J\u202eb'],
    ['daprd', 'time="2026-01-01T00:00:00Z" level=info msg="unknown id=a\u001b[2J\u202eb" app_id=bff'],
  ])('should escape control characters in the lines of %s', (_, line) => {
    expect(parseLine(line)?.text).toMatch(/unknown id=a\\u001b\[2J\\u202eb$/);
  });

  it('should truncate long values', () => {
    const line = parseLine(`== APP - bff == ${JSON.stringify({ msg: 'm', body: 'x'.repeat(500) })}`);
    expect(line?.text).toHaveLength('m body='.length + 120);
  });

  it('should parse daprd’s lines, with or without a source prefix', () => {
    const line =
      'time="2026-01-01T00:00:00Z" level=fatal msg="Fatal error: \\"x\\" failed" app_id=bff instance=h scope=dapr.runtime';
    const read = { level: 'error', text: 'Fatal error: "x" failed' };
    expect(parseLine(line)).toEqual({ source: 'dapr bff', ...read });
    expect(parseLine(markLine('dapr 4001', line))).toEqual({ source: 'dapr 4001', ...read });
    const panic = parseLine(markLine('dapr 4001', 'panic: no memory'));
    expect(panic).toEqual({ source: 'dapr 4001', level: 'info', text: 'panic: no memory' });
  });

  it.each(['', '   ', '\u001b[0m', '== bff 4001 == '])('should ignore %j', (raw) => {
    expect(parseLine(raw)).toBeUndefined();
  });

  it('should distinguish daprd’s usual warnings from new warnings', () => {
    const warning = (text: string, source = 'dapr bff') => isNoise({ source, level: 'warn', text });
    expect(warning('mTLS is disabled. Skipping certificate request')).toBe(true);
    expect(warning('Failed to init component')).toBe(false);
    expect(warning('mTLS is disabled.', 'bff')).toBe(false);
  });
});
