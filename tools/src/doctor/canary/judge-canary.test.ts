import { describe, expect, it } from 'vitest';
import { judgeCanary, type CanaryRun } from './judge-canary.ts';

const run = (first: number | undefined, second: number | undefined, broadcast?: boolean): CanaryRun => ({
  arrivals: [
    { name: 'bff-1', ms: first },
    { name: 'bff-2', ms: second },
  ],
  broadcast,
});
const errorsIn = (...runs: CanaryRun[]) =>
  judgeCanary(runs)
    .filter(({ state }) => state === 'fault')
    .map(({ check, says }) => `${check}: ${says}`);

describe('the findings for a canary', () => {
  it('should contain no error if the canary arrived on time everywhere, even if the stream is unreadable', () => {
    expect(errorsIn(run(10, 20, true))).toEqual([]);
    expect(errorsIn(run(10, 20))).toEqual([]);
  });

  it('should contain no error if the first canary was late but the second was on time', () => {
    expect(errorsIn(run(10, 1_700, true), run(10, 20, true))).toEqual([]);
  });

  it('should report the instance that receives no broadcasts', () => {
    expect(errorsIn(run(10, 3_000, true))).toEqual([
      'canary at bff-2: it arrived only after 3.0 s: broadcasts do not reach it',
    ]);
    expect(errorsIn(run(undefined, 10, true))).toEqual([
      'canary at bff-1: it did not arrive: broadcasts do not reach it',
    ]);
  });

  it('should report the host that does not broadcast, not the instances that miss the broadcasts', () => {
    expect(errorsIn(run(2_400, 10, false))).toEqual([
      expect.stringMatching(/^canary at bff-2: .*did not broadcast it/),
    ]);
  });

  it('should report each bff if no instance received the canary', () => {
    expect(errorsIn(run(undefined, undefined, false))).toEqual([
      expect.stringMatching(/^canary at bff-1: accepted/),
      expect.stringMatching(/^canary at bff-2: accepted/),
    ]);
  });

  it('should report all instances if the canary was broadcast but none of them pushed it', () => {
    expect(errorsIn(run(undefined, 4_000, true))).toHaveLength(2);
  });
});
