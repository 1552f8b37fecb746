import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import { hashOfReader } from '../document.ts';
import { wakeUpName } from './wake-up-names.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const TEN_MINUTES = 10 * 60_000;
const wakeNow = () => wakeUpName(hashOfReader(READER), Date.now(), { unique: true });

describe("an instance with a clock that's ten minutes off", () => {
  it('should send ten minutes late if the clock is slow, and check at most once every 15 s', async () => {
    const { instance, titles } = deployment();
    const { fallbacks, set } = instance(undefined, -TEN_MINUTES);
    await fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(5 * 60_000);
    expect(titles()).toEqual([]);
    expect(set.mock.calls.length).toBeLessThan(25);
    await pass(5 * 60_000 + 21_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should send at most ten minutes early if the clock is fast, and only once', async () => {
    const { instance, titles } = deployment();
    const ahead = instance(undefined, TEN_MINUTES).fallbacks;
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT15M'))));
    await pass(5 * 60_000 - 1_000);
    await ahead.wake(wakeNow());
    expect(titles()).toEqual([]);
    await pass(2_000);
    await ahead.wake(wakeNow());
    await pass(60 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it.each([
    ["should not take over a live sender's message if the clock is fast", 0, TEN_MINUTES],
    ['should keep its own message while sending if its clock is slow', -TEN_MINUTES, 0],
  ])('%s', async (_, senderSkew, otherSkew) => {
    const { instance, presetResults, sent, outcomes } = deployment({ repeats: true });
    const [sender, other] = [instance(undefined, senderSkew), instance(undefined, otherSkew)];
    presetResults.push('never');
    await sender.fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(5_000 - senderSkew);
    for (let tries = 0; sent.length === 0 && tries < 100; tries++) await pass(500);
    for (let second = 0; second < 20; second++) {
      await other.fallbacks.wake(wakeNow());
      await pass(1_000);
    }
    expect([sent.length, outcomes()]).toEqual([1, []]);
  });
});
