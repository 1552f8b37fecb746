import { expect, it } from 'vitest';
import { ClientError, ProblemError } from '../errors.ts';
import { repeatTemporary } from './retry.ts';
import { TIMING } from '../timing.ts';

const lost = new ClientError('unreachable', 'Away.', { temporary: true });

/** Runs attempts that fail with these one after the other, and then succeed; without waiting. */
async function run(failures: readonly Error[], signal = new AbortController().signal) {
  const pauses: number[] = [];
  let attempts = 0;
  const outcome = await repeatTemporary(
    async () => {
      const failure = failures[attempts++];
      if (failure) throw failure;
      return 'kept';
    },
    { signal, random: () => 1, pause: async (ms) => void pauses.push(ms) },
  ).catch((error: unknown) => error);
  return { outcome, attempts, pauses };
}

it('should repeat what is temporary, after longer and longer pauses', async () => {
  const { outcome, pauses } = await run([lost, new ProblemError(503, undefined, undefined), lost]);
  expect(outcome).toBe('kept');
  expect(pauses).toEqual([500, 1_000, 2_000]);
});

it('should end with the last reason after so many repetitions', async () => {
  const last = new ProblemError(500, undefined, undefined);
  const failures = [...Array.from({ length: TIMING.repeats }, () => lost), last];
  const { outcome, attempts } = await run([...failures, lost]);
  expect(outcome).toBe(last);
  expect(attempts).toBe(TIMING.repeats + 1);
});

it('should end at once with what is final', async () => {
  const refused = new ProblemError(403, undefined, undefined);
  expect(await run([refused])).toEqual({ outcome: refused, attempts: 1, pauses: [] });
});

it('should wait as long as the server asks for, within reason', async () => {
  const busy = (seconds: number) => new ProblemError(429, undefined, seconds * 1000);
  expect((await run([busy(7), busy(86_400)])).pauses).toEqual([7_000, TIMING.retryAfterMax]);
});

it('should attempt nothing after the signal', async () => {
  const abort = new AbortController();
  let attempts = 0;
  const attempt = async () => {
    attempts++;
    throw lost;
  };
  const repeated = repeatTemporary(attempt, { signal: abort.signal, random: () => 1 });
  abort.abort();
  await expect(repeated).rejects.toBe(lost);
  expect(attempts).toBe(1);
});
