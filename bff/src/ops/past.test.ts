import { MAX_PAST_MINUTES, pastInstanceSchema } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { aSnapshot } from '../../testing/suites/instance-board.ts';
import { PastHour } from './past.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
const minute = (n: number): number => Date.UTC(2026, 0, 1) / 60_000 + n;

it("should keep each minute's average rates and highest latency", () => {
  const past = new PastHour();
  past.add(aSnapshot({ at: at(0), delivered: 2, p99Ms: null, connections: 1 }));
  past.add(aSnapshot({ at: at(2), delivered: 4, p99Ms: 90, connections: 5 }));
  const last = aSnapshot({ at: at(4), delivered: 6, p99Ms: 12, connections: 2 });
  past.add(last);
  expect(past.documentOf(last).minutes).toEqual([
    expect.objectContaining({ minute: minute(0), delivered: 4, p99Ms: 90, connections: 5, oldestMs: null }),
  ]);
});

it('should keep only the last hour after two days, in less than 12 KB', () => {
  const past = new PastHour();
  const queue = { waiting: 1e6, heldBack: 1e6, oldestMs: 86_400_000 };
  const redis = { used: 2 ** 40, limit: 2 ** 40 };
  const metrics = { accepted: 12_345.6, delivered: 123_456.7, suppressed: 12_345.6, p50Ms: 9_999.9 };
  let last = aSnapshot();
  for (let n = 0; n < 2_880; n++) {
    last = aSnapshot({ at: at(n * 60), queue, redis, ...metrics, p99Ms: 29_999.9, connections: 10_000 });
    past.add(last);
  }
  const document = pastInstanceSchema.parse(past.documentOf(last));
  expect(document.minutes).toHaveLength(MAX_PAST_MINUTES);
  expect(document.minutes.at(-1)?.minute).toBe(minute(2_879));
  expect(JSON.stringify(document).length).toBeLessThan(12_000);
});

it('should continue the minutes of a previous process', () => {
  const [earlier, past] = [new PastHour(), new PastHour()];
  const before = aSnapshot({ at: at(0) });
  earlier.add(before);
  earlier.add(aSnapshot({ at: at(60) }));
  const now = aSnapshot({ at: at(70), delivered: 7 });
  past.add(now);
  past.continueFrom(earlier.documentOf(before).minutes);
  const { minutes } = past.documentOf(now, at(70));
  expect(minutes.map((recorded) => recorded.minute)).toEqual([minute(0), minute(1)]);
  expect(minutes.at(-1)?.delivered).toBe(7);
});
