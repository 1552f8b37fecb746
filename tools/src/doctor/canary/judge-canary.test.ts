import { describe, expect, it } from 'vitest';
import { judge, type Flight } from './judge-canary.ts';

const flight = (first: number | undefined, second: number | undefined, broadcast?: boolean): Flight => ({
  arrivals: [
    { name: 'bff-1', ms: first },
    { name: 'bff-2', ms: second },
  ],
  broadcast,
});
const faultsIn = (...flights: Flight[]) =>
  judge(flights)
    .filter(({ state }) => state === 'fault')
    .map(({ check, says }) => `${check}: ${says}`);

describe('a canary', () => {
  it('should be well that came in time everywhere, also if nobody could look at the stream', () => {
    expect(faultsIn(flight(10, 20, true))).toEqual([]);
    expect(faultsIn(flight(10, 20))).toEqual([]);
  });

  it('should be well that came late once and in time the next', () => {
    expect(faultsIn(flight(10, 1_700, true), flight(10, 20, true))).toEqual([]);
  });

  it('should name the instance that receives no broadcasts', () => {
    expect(faultsIn(flight(10, 3_000, true))).toEqual([
      'canary at bff-2: it arrived only after 3.0 s: broadcasts do not reach it',
    ]);
    expect(faultsIn(flight(undefined, 10, true))).toEqual([
      'canary at bff-1: it did not arrive: broadcasts do not reach it',
    ]);
  });

  it('should name the host that does not broadcast, and not the instances that it does not reach', () => {
    expect(faultsIn(flight(2_400, 10, false))).toEqual([
      expect.stringMatching(/^canary at bff-2: .*did not broadcast it/),
    ]);
  });

  it('should report each bff if no instance received the canary', () => {
    expect(faultsIn(flight(undefined, undefined, false))).toEqual([
      expect.stringMatching(/^canary at bff-1: accepted/),
      expect.stringMatching(/^canary at bff-2: accepted/),
    ]);
  });

  it('should name all if it was broadcast and pushed by none', () => {
    expect(faultsIn(flight(undefined, 4_000, true))).toHaveLength(2);
  });
});
