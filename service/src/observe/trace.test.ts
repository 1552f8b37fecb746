import { describe, expect, it } from 'vitest';
import { currentTraceId, currentTraceparent, newTraceparent, withTrace, withoutTrace } from './trace.ts';

const GIVEN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a trace', () => {
  it('should get a new trace id and a new span id when created', () => {
    const created = Array.from({ length: 2_000 }, newTraceparent);
    for (const traceparent of created) expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(new Set(created.map((traceparent) => traceparent.split('-')[1])).size).toBe(2_000);
    expect(new Set(created.map((traceparent) => traceparent.split('-')[2])).size).toBe(2_000);
  });

  it('should still be current after an await', async () => {
    await withTrace(GIVEN, async () => {
      await Promise.resolve();
      expect(currentTraceparent()).toBe(GIVEN);
      expect(currentTraceId()).toBe('0af7651916cd43dd8448eb211c80319c');
    });
    expect(currentTraceparent()).toBeUndefined();
  });

  it('should not apply to work in `withoutTrace`', () => {
    withTrace(GIVEN, () => {
      expect(withoutTrace(currentTraceparent)).toBeUndefined();
      expect(currentTraceparent()).toBe(GIVEN);
    });
  });

  it.each([
    undefined,
    '',
    'x',
    GIVEN.toUpperCase(),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    `${GIVEN}-00`,
  ])('should be replaced by a new trace if invalid: %s', (given) => {
    withTrace(given, () => {
      expect(currentTraceparent()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(currentTraceparent()).not.toBe(given);
    });
  });
});
