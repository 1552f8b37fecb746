import type { ScheduleList } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../../testing/served-bff.ts';

let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({ PUBLISHED_ON: 'loopback' });
});
afterAll(() => bff.stop());

const list = async () => {
  const response = await fetch(`${bff.url}/app/ops/schedules`);
  return { response, body: (await response.json()) as unknown };
};

describe('GET /app/ops/schedules', () => {
  it("should return the producer's list, and forbid caching it", async () => {
    const received: unknown[] = [];
    const at = '2026-01-01T00:00:00.000Z';
    const scheduleList: ScheduleList = {
      ...{ at, count: 7, isComplete: false },
      next: [{ id: 'a', feed: 'user:1', deliverAt: '2026-01-02T00:00:00.000Z' }],
    };
    bff.backend.operateWith(async (operation) => {
      received.push(operation);
      return { status: 200, body: scheduleList };
    });
    const { response, body } = await list();
    expect([response.status, response.headers.get('cache-control'), body]).toEqual([
      200,
      'no-store',
      scheduleList,
    ]);
    expect(received).toEqual([{ do: 'list-schedules' }]);
  });

  it.each([
    ['does not respond', () => Promise.reject(new Error('down'))],
    ['returns 503', () => Promise.resolve({ status: 503, body: { code: 'unavailable' } })],
    ['sends an unexpected body', () => Promise.resolve({ status: 200, body: { count: 1 } })],
  ])('should return 503 and suggest a fix when the producer %s', async (_name, operate) => {
    bff.backend.operateWith(operate);
    const { response, body } = await list();
    expect([response.status, body]).toMatchObject([
      503,
      { code: 'unavailable', detail: expect.stringContaining('same version') as string },
    ]);
  });

  it('should refuse other methods', async () => {
    expect((await fetch(`${bff.url}/app/ops/schedules`, { method: 'POST' })).status).toBe(405);
  });
});
