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
  it('should be fine if it arrived in time everywhere, even if the stream is unreadable', () => {
    expect(faultsIn(flight(10, 20, true))).toEqual([]);
    expect(faultsIn(flight(10, 20))).toEqual([]);
  });

  it('should be fine if the first was late and the second on time', () => {
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

  it('should name the host that does not broadcast, not the instances that miss its broadcasts', () => {
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

  it('should name all instances if it was broadcast but none pushed it', () => {
    expect(faultsIn(flight(undefined, 4_000, true))).toHaveLength(2);
  });
});
