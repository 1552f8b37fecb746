import { expect, it } from 'vitest';
import { ClientError, ProblemError } from '../errors.ts';
import { retryTemporaryFailures } from './retry.ts';
import { TIMING } from '../timing.ts';

const unreachable = new ClientError('unreachable', 'Unreachable.', { temporary: true });

/**
 * Retries an attempt that fails once with each of these errors and then succeeds. Does not wait between the attempts.
 */
async function run(failures: readonly Error[], signal = new AbortController().signal) {
  const delays: number[] = [];
  let attempts = 0;
  const outcome = await retryTemporaryFailures(
    async () => {
      const failure = failures[attempts++];
      if (failure) throw failure;
      return 'saved';
    },
    { signal, random: () => 1, pause: async (ms) => void delays.push(ms) },
  ).catch((error: unknown) => error);
  return { outcome, attempts, delays };
}

it('should retry temporary failures with increasing delays', async () => {
  const { outcome, delays } = await run([
    unreachable,
    new ProblemError(503, undefined, undefined),
    unreachable,
  ]);
  expect(outcome).toBe('saved');
  expect(delays).toEqual([500, 1_000, 2_000]);
});

it('should reject with the last error when no retries are left', async () => {
  const last = new ProblemError(500, undefined, undefined);
  const failures = [...Array.from({ length: TIMING.retries }, () => unreachable), last];
  const { outcome, attempts } = await run([...failures, unreachable]);
  expect(outcome).toBe(last);
  expect(attempts).toBe(TIMING.retries + 1);
});

it('should reject immediately on a permanent failure', async () => {
  const refused = new ProblemError(403, undefined, undefined);
  expect(await run([refused])).toEqual({ outcome: refused, attempts: 1, delays: [] });
});

it("should respect the server's requested delay, up to a limit", async () => {
  const busy = (seconds: number) => new ProblemError(429, undefined, seconds * 1000);
  expect((await run([busy(7), busy(86_400)])).delays).toEqual([7_000, TIMING.retryAfterMax]);
});

it('should not retry after abort', async () => {
  const abort = new AbortController();
  let attempts = 0;
  const attempt = async () => {
    attempts++;
    throw unreachable;
  };
  const retrying = retryTemporaryFailures(attempt, { signal: abort.signal, random: () => 1 });
  abort.abort();
  await expect(retrying).rejects.toBe(unreachable);
  expect(attempts).toBe(1);
});
