import { beforeEach, describe, expect, it } from 'vitest';
import { Fixture, notification, PARTITION, RUN } from '../../../testing/feed-fixture.ts';

const FAR = Number.MAX_SAFE_INTEGER;
let f: Fixture;
let calls: number;
beforeEach(() => {
  f = new Fixture();
  calls = 0;
  for (const call of ['peek', 'pop'] as const) {
    const original = f.entries[call].bind(f.entries);
    f.entries[call] = (key) => {
      if (++calls > 100_000) throw new Error('endless search');
      return original(key);
    };
  }
});

const deposit = (seq: number) => f.depositInPartition(seq, [notification(`n${seq}`)]);
const lastFinished = async () => (await f.checkpoints.read(PARTITION))?.checkpoint.runs[RUN]?.[0];

describe('an announced number far past the end of the run', () => {
  it('should be set aside after a bounded search, but not count as finished', async () => {
    const { take } = f.instance();
    deposit(1);
    await take(1);
    calls = 0;
    expect(await take(FAR)).toBe('set-aside');
    expect(calls).toBeLessThan(2_000);
    expect([...f.setAside.records.values()]).toMatchObject([
      { entry: f.partitionEntryKeyOf(FAR), reason: 'missing' },
    ]);
    expect(await lastFinished()).toBe(1);
    for (const seq of [2, 3]) deposit(seq);
    expect(await take(3)).toBe('delivered');
    expect(await f.idsOf('all')).toEqual(['n1', 'n2', 'n3']);
    expect(await lastFinished()).toBe(3);
  });

  it('should not keep entries before the gap from being delivered and popped', async () => {
    const { take } = f.instance();
    deposit(1);
    await take(1);
    for (const seq of [2, 3]) deposit(seq);
    expect(await take(FAR)).toBe('delivered');
    expect(await f.idsOf('all')).toEqual(['n1', 'n2', 'n3']);
    expect(await lastFinished()).toBe(3);
    for (const seq of [2, 3]) expect(await f.entries.peek(f.partitionEntryKeyOf(seq))).toBeUndefined();
  });

  it('should not keep other waiting announcements from reaching their entries', async () => {
    const { take } = f.instance();
    deposit(1);
    await take(1);
    deposit(4);
    const outcomes = await Promise.all([take(1), take(FAR), take(4)]);
    expect(outcomes).toEqual(['already-claimed', 'set-aside', 'delivered']);
    expect(await f.idsOf('all')).toEqual(['n1', 'n4']);
  });

  it('should not block the later entries of a run from version 0.1.0', async () => {
    const { turn } = f.instance();
    f.deposit(1, ['n1']);
    await turn(1);
    calls = 0;
    expect(await turn(FAR)).toMatchObject({ outcome: 'set-aside' });
    expect(calls).toBeLessThan(2_000);
    f.deposit(2, ['n2']);
    expect(await turn(2)).toMatchObject({ outcome: 'delivered' });
    expect(await f.ids()).toEqual(['n1', 'n2']);
  });
});

it("should process all entries after a gap of any length if there's an entry near the announced number", async () => {
  const { take } = f.instance();
  deposit(1);
  await take(1);
  for (const seq of [15_000, 30_000]) deposit(seq);
  expect(await take(30_002)).toBe('delivered');
  expect(await f.idsOf('all')).toEqual(['n1', 'n15000', 'n30000']);
  expect(await lastFinished()).toBe(30_002);
});
