import type { PutBack, PutBackResult } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { MAX_LISTED, createBulkPutBack } from './put-back-all.ts';

const failure = (n: number) => ({ entry: `e-${n}`, detail: 'no' });

function server(batches: PutBackResult[]) {
  const requests: PutBack[] = [];
  const putBackSome = async (body: PutBack): Promise<PutBackResult> => {
    requests.push(body);
    return batches.shift() ?? { putBack: 0, failed: [], more: false };
  };
  return { requests, putBackSome };
}

it('should continue after failures and list the first failures', async () => {
  const failures = Array.from({ length: 15 }, (_, n) => failure(n));
  const api = server([
    { putBack: 5, failed: failures, more: true },
    { putBack: 5, failed: failures, more: true },
    { putBack: 1, failed: [], more: false },
  ]);
  const { progress, run } = createBulkPutBack(api);
  await run(41, '2026-01-01T00:00:00Z');
  expect(api.requests.map(({ skip }) => skip)).toEqual([0, 15, 30]);
  expect(progress).toMatchObject({ total: 41, putBack: 11, failed: 30, running: false, stopped: false });
  expect(progress.failures).toHaveLength(MAX_LISTED);
});

it('should stop when asked to or when a batch has no effect', async () => {
  const api = server([{ putBack: 20, failed: [], more: true }]);
  const { progress, run, stop } = createBulkPutBack(api);
  const running = run(100);
  stop();
  await running;
  expect([api.requests.length, progress.putBack, progress.stopped]).toEqual([1, 20, true]);
  const stuck = server([{ putBack: 0, failed: [], more: true }]);
  await createBulkPutBack(stuck).run(100);
  expect(stuck.requests).toHaveLength(1);
});

it('should reject when the server fails', async () => {
  const { progress, run } = createBulkPutBack({ putBackSome: () => Promise.reject(new Error('away')) });
  await expect(run(3)).rejects.toThrow('away');
  expect(progress.running).toBe(false);
});
