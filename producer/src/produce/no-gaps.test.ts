import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { partitionEntryKey } from '@tocsin/contracts';
import type { Notification } from '@tocsin/contracts';
import type { Call, Fate, FaultyBackend } from '../../testing/faulty-backend.ts';
import { notification, testProducer } from '../../testing/test-producer.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const FEEDS = ['all', 'topic:b', 'user:c'];
const fates = fc.constantFrom<Fate>('good', 'good', 'good', 'lost', 'unknown', 'late', 'hang');

const actions = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ post: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }) }) },
    { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(0, 1, 20, 500, 3_000, 8_000, 70_000) }) },
    /** From now on, calls cycle through these fates. If all are failures, the backend is down. */
    { weight: 2, arbitrary: fc.record({ fates: fc.array(fates, { minLength: 1, maxLength: 6 }) }) },
  ),
  { maxLength: 40 },
);

interface SettledRequest {
  ids: string[];
  feeds: string[];
  outcome: string;
  /** When the request was sent, on a logical clock. */
  postedAt: number;
  /** When the outcome was known, according to the same clock. */
  settledAt: number;
}

function checkRuns({ calls, announced, written, deposited }: FaultyBackend): void {
  for (const versions of written.values()) expect(new Set(versions).size).toBe(1);
  for (const announcement of announced) {
    for (let seq = 1; seq <= announcement.seq; seq++) {
      expect(written.has(partitionEntryKey({ ...announcement, seq }))).toBe(true);
    }
  }
  for (const { run, partition, seq } of deposited) {
    if (seq > 1) expect(written.has(partitionEntryKey({ run, partition, seq: seq - 1 }))).toBe(true);
  }
  for (const lane of new Set(calls.map(({ partition }) => partition)))
    checkCalls(calls.filter(({ partition }) => partition === lane));
}

function checkCalls(calls: readonly Call[]): void {
  const finished = new Map<string, number>();
  const ended = new Set<string>();
  let current: { run: string; seq: number } | undefined;
  for (const { step, run, seq, known } of calls) {
    if (step === 'deposit' && current?.run !== run) {
      expect(ended.has(run)).toBe(false);
      expect(seq).toBe(1);
      if (current) ended.add(current.run);
    }
    if (step === 'deposit') current = { run, seq };
    const lastFinished = finished.get(run) ?? 0;
    if (step === 'deposit') expect(seq).toBe(lastFinished + 1);
    else if (ended.has(run)) expect(seq).toBe(lastFinished);
    else expect([lastFinished, lastFinished + 1]).toContain(seq);
    if (step === 'announce' && known) finished.set(run, Math.max(lastFinished, seq));
  }
}

function checkOutcomes(requests: readonly SettledRequest[], { announced, deposited }: FaultyBackend): void {
  const indexes = new Map<string, number[]>();
  const lastAnnounced = new Map<string, number>();
  for (const { run, seq } of announced) lastAnnounced.set(run, Math.max(seq, lastAnnounced.get(run) ?? 0));
  const delivered = deposited
    .filter(({ run, seq }) => seq <= (lastAnnounced.get(run) ?? 0))
    .flatMap(({ notifications }) => notifications as Notification[]);
  for (const feed of FEEDS) {
    const ids = delivered.filter((item) => item.feed === feed).map(({ id }) => id);
    for (const [index, id] of ids.entries()) {
      const key = `${feed} ${id}`;
      indexes.set(key, [...(indexes.get(key) ?? []), index]);
    }
  }
  const indexesOf = ({ ids, feeds }: SettledRequest, feed: string) =>
    ids.filter((_, i) => feeds[i] === feed).map((id) => indexes.get(`${feed} ${id}`) ?? []);
  const accepted = requests.filter(({ outcome }) => outcome === 'accepted');
  for (const request of accepted) {
    for (const feed of FEEDS) {
      const found = indexesOf(request, feed);
      for (const at of found) expect(at).toHaveLength(1);
      expect(found.flat()).toEqual(found.flat().sort((a, b) => a - b));
      for (const later of accepted.filter(({ postedAt }) => postedAt > request.settledAt)) {
        const [first] = indexesOf(later, feed).flat();
        if (first !== undefined) for (const index of found.flat()) expect(index).toBeLessThan(first);
      }
    }
  }
}

it('should create runs without gaps, never change an entry, and keep accepted notifications in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.constantFrom(0, 5),
      fc.constantFrom(1, 2, 64),
      async (script, latencyMs, partitions) => {
        const { producer, backend } = testProducer({ partitions });
        backend.latencyMs = latencyMs;
        const requests: SettledRequest[] = [];
        let ids = 0;
        let tick = 0;
        for (const action of script) {
          if ('post' in action) {
            const batch = action.post.map((n) => notification(`n${ids++}`, { feed: FEEDS[n] ?? 'all' }));
            const postedAt = tick++;
            void producer.produce(batch).then((outcome) =>
              requests.push({
                ids: batch.map(({ id }) => id),
                feeds: batch.map(({ feed }) => feed),
                outcome,
                postedAt,
                settledAt: tick++,
              }),
            );
          } else if ('fates' in action) {
            let n = 0;
            backend.fate = () => action.fates[n++ % action.fates.length] ?? 'good';
          } else {
            await vi.advanceTimersByTimeAsync(action.wait);
          }
        }
        backend.fate = () => 'good';
        await vi.advanceTimersByTimeAsync(200_000);
        expect(producer.queued).toBe(0);
        expect(requests).toHaveLength(script.filter((action) => 'post' in action).length);
        checkRuns(backend);
        checkOutcomes(requests, backend);
      },
    ),
    { numRuns: 300 },
  );
});
