import { DamagedHeadError } from '../errors.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  dieAt,
  erase,
  Fixture,
  notification,
  PARTITION,
  retract,
  RUN,
} from '../../../testing/feed-fixture.ts';

let f: Fixture;
beforeEach(() => {
  f = new Fixture();
});

const to = (feed: string, id: string, more = {}) => notification(id, { feed, ...more });
const [ada, ben, eve] = ['user:ada', 'user:ben', 'user:eve'];

describe("a partition's turn", () => {
  it('should commit all items in one write, broadcast them in one message, and pop the entry', async () => {
    const messages: number[] = [];
    const { broadcast } = f.broadcaster;
    f.broadcaster.broadcast = (events) => {
      messages.push(events.length);
      return broadcast.call(f.broadcaster, events);
    };
    f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1'), to(ada, 'a2'), to('all', 'x')]);
    expect(await f.instance().take(1)).toBe('delivered');
    expect([await f.idsOf(ada), await f.idsOf(ben), await f.idsOf('all')]).toEqual([
      ['a1', 'a2'],
      ['b1'],
      ['x'],
    ]);
    expect(messages).toEqual([3]);
    expect(await f.entries.peek(f.partitionEntryKeyOf(1))).toBeUndefined();
    expect((await f.checkpoints.read(PARTITION))?.checkpoint.runs).toEqual({ [RUN]: [1, f.now] });
  });

  it("should process the run's entries in order, up to the announced entry", async () => {
    for (const seq of [1, 2, 3]) f.depositInPartition(seq, [to(ada, `a${seq}`), to(ben, `b${seq}`)]);
    expect(await f.instance().take(3)).toBe('delivered');
    expect(await f.instance().take(2)).toBe('already-claimed');
    expect([await f.idsOf(ada), await f.idsOf(ben)]).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3'],
    ]);
  });

  it('should not end while it is still reading a feed, even if another feed cannot be read', async () => {
    f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1')]);
    const { readHead } = f.log;
    let finishReading = (): void => undefined;
    const reading = new Promise<void>((resolve) => (finishReading = resolve));
    f.log.readHead = async (feed) => {
      if (feed === ada) throw new Error('the store is unavailable');
      await reading;
      return readHead.call(f.log, feed);
    };
    let hasEnded = false;
    const turn = f
      .instance()
      .take(1)
      .catch(() => (hasEnded = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(hasEnded).toBe(false);
    finishReading();
    await turn;
    expect(hasEnded).toBe(true);
  });

  it('should publish the same id once in each feed', async () => {
    f.depositInPartition(1, [to(ada, 'x'), to(ben, 'x'), to(ada, 'x')]);
    f.depositInPartition(2, [to(ada, 'x'), to(ada, 'y')]);
    await f.instance().take(2);
    expect([await f.idsOf(ada), await f.idsOf(ben)]).toEqual([['x', 'y'], ['x']]);
  });

  it('should retract and erase only within the named feed', async () => {
    f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1'), { ...retract('a1'), feed: ada }]);
    f.depositInPartition(2, [to(eve, 'e1'), { ...erase, feed: ben }, to(ben, 'b2')]);
    await f.instance().take(2);
    expect(await f.idsOf(ada)).toEqual(['a1 retracted', 'a1 retracted']);
    expect(await f.idsOf(ben)).toEqual(['b2']);
    expect(await f.idsOf(eve)).toEqual(['e1']);
  });

  it('should not pass items on to fallbacks if the same batch retracts or erases them', async () => {
    const sourceHash = 'a'.repeat(16);
    const events = [to(ada, 'a3'), to(ada, 'a3', { sourceHash })];
    f.depositInPartition(1, [to(ada, 'a1'), to(ada, 'a2'), to(ben, 'b1'), ...events]);
    f.depositInPartition(2, [
      { ...retract('a1'), feed: ada },
      { ...retract('a3.aaaaaaaa'), feed: ada },
    ]);
    f.depositInPartition(3, [{ ...erase, feed: ben }, to(ben, 'b2')]);
    await f.instance().take(3);
    expect(f.positions).toEqual([`${ada} 2 a2`, `${ada} 3 a3`, `${ben} 1 b2`]);
  });

  it('should not pass items on to fallbacks if the feed suppressed them', async () => {
    const createdAt = '2026-01-01T00:00:09Z';
    f.depositInPartition(1, [to(ada, 'a1'), { ...retract('a2'), feed: ada }]);
    await expect(f.instance(dieAt('broadcast')).take(1)).rejects.toThrow('broadcast');
    f.depositInPartition(2, [to(ada, 'a1', { createdAt }), to(ada, 'a2'), to(ada, 'a3')]);
    f.depositInPartition(3, [to(ada, 'a3', { createdAt }), to(ada, 'a4')]);
    await f.instance().take(3);
    // The interrupted turn committed `a1`, but did not pass it on.
    expect(f.positions).toEqual(['-', `${ada} 3 a3`, `${ada} 4 a4`]);
    expect(f.passedOnIds).toEqual(['a1', 'a3', 'a4']);
  });

  it('should not pass items on to fallbacks if they were published before an erasure of the feed', async () => {
    const [before, at, after] = [1, 2, 3].map((s) => `2026-01-01T00:00:0${s}Z`);
    f.now += 10_000;
    f.depositInPartition(1, [{ ...erase, feed: ben, at }]);
    await f.instance().take(1);
    f.depositInPartition(2, [to(ben, 'late', { createdAt: before }), to(ben, 'b2', { createdAt: after })]);
    // The first turn dies before it passes on any items. The next turn commits nothing, but passes them on.
    await expect(f.instance(dieAt('broadcast')).take(2)).rejects.toThrow('broadcast');
    await f.instance().take(2);
    expect([f.passedOnIds, await f.idsOf(ben)]).toEqual([['b2'], ['b2']]);
  });

  it('should pass on the position of each notification that is new to the feed', async () => {
    const key = { collapseKey: 'k' };
    const event = { sourceHash: 'f'.repeat(16) };
    f.depositInPartition(1, [to(ada, 'a1'), to(ada, 'a2', key), to(ada, 'a3', key), to(ada, 'a1', event)]);
    await f.instance().take(1);
    f.depositInPartition(2, [to(ada, 'a1'), to(ada, 'a4')]);
    await expect(f.instance(dieAt('broadcast')).take(2)).rejects.toThrow('broadcast');
    f.depositInPartition(3, [to(ada, 'a5')]);
    await f.instance().take(3);
    const first = [`${ada} 1 a1`, `${ada} 2 a2`, `${ada} 3 a3`, `${ada} 4 a1.ffffffff`];
    expect(f.positions).toEqual([...first, '-', '-', `${ada} 6 a5`]);
  });

  it("should pass on a notification if only another source's notification with the same id is retracted", async () => {
    const events = ['a', 'b'].map((digit) => to(ada, 'a1', { sourceHash: digit.repeat(16) }));
    f.depositInPartition(1, [...events, { ...retract('a1'), feed: ada }]);
    await f.instance().take(1);
    expect(f.positions).toEqual([`${ada} 2 a1.bbbbbbbb`]);
  });

  it('should set aside only the bad items, and record their feed (if known) so that an erasure finds them', async () => {
    f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1', { title: '' }), 7, to(ben, 'b2')]);
    expect(await f.instance().take(1)).toBe('delivered');
    expect([await f.idsOf(ada), await f.idsOf(ben)]).toEqual([['a1'], ['b2']]);
    const records = [...f.setAside.records.values()];
    expect(records.map(({ feed, reason }) => [feed, reason])).toEqual([
      [ben, 'invalid'],
      ['', 'invalid'],
    ]);
    expect(JSON.parse(records[0]?.content ?? '')).toEqual({ notifications: [to(ben, 'b1', { title: '' })] });
    await f.setAside.erase(ben);
    expect(f.setAside.records.size).toBe(1);
  });

  it("should set aside an entry that isn't JSON or doesn't match the announcement", async () => {
    f.entries.put(f.partitionEntryKeyOf(1), 'not JSON');
    f.entries.put(f.partitionEntryKeyOf(2), JSON.stringify({ v: 2, run: RUN, partition: 9, seq: 2 }));
    f.depositInPartition(3, [to(ada, 'a1')]);
    expect(await f.instance().take(3)).toBe('delivered');
    expect([...f.setAside.records.keys()]).toEqual([f.partitionEntryKeyOf(1), f.partitionEntryKeyOf(2)]);
    expect(await f.idsOf(ada)).toEqual(['a1']);
  });

  it('should treat an entry as missing only if a checkpoint read afterwards does not cover it', async () => {
    const first = f.instance();
    const second = f.instance();
    f.depositInPartition(1, [to(ada, 'a1')]);
    await first.take(1);
    f.depositInPartition(2, [to(ada, 'a2')]);
    await second.take(2);
    f.depositInPartition(3, [to(ada, 'a3')]);
    expect(await first.take(3)).toBe('delivered');
    expect(f.setAside.records.size).toBe(0);
    expect(await first.take(4)).toBe('set-aside');
    expect([...f.setAside.records.values()].map(({ reason }) => reason)).toEqual(['missing']);
    expect(await f.idsOf(ada)).toEqual(['a1', 'a2', 'a3']);
  });
});

it("should process an unknown run's lower announced entry even if the higher announced entry is missing", async () => {
  f.depositInPartition(1, [to(ada, 'a1')]);
  const { partitionHost } = f.instance();
  expect(await partitionHost.takeTurn(PARTITION, { run: RUN, seq: 3, from: 1 })).toBe('delivered');
  expect(await f.idsOf(ada)).toEqual(['a1']);
  expect([...f.setAside.records.keys()]).toEqual([f.partitionEntryKeyOf(3)]);
});

describe('a turn that fails', () => {
  it.each(['loaded', 'peeked', 'committed', 'broadcast', 'checkpointed', 'popped'] as const)(
    "should be completed by another host if the first host dies after the '%s' step",
    async (step) => {
      f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1')]);
      await expect(f.instance(dieAt(step)).take(1)).rejects.toThrow(step);
      f.depositInPartition(2, [to(ada, 'a2'), to(eve, 'e1')]);
      const other = f.instance();
      await other.take(1);
      await other.take(2);
      expect([await f.idsOf(ada), await f.idsOf(ben), await f.idsOf(eve)]).toEqual([
        ['a1', 'a2'],
        ['b1'],
        ['e1'],
      ]);
      expect(new Set(f.broadcastIds)).toEqual(new Set(['a1', 'b1', 'a2', 'e1']));
      for (const seq of [1, 2]) expect(await f.entries.peek(f.partitionEntryKeyOf(seq))).toBeUndefined();
      expect(f.setAside.records.size).toBe(0);
    },
  );

  it("should commit the remaining items to their feeds after the store refused a feed's head", async () => {
    const host = f.instance();
    f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1')]);
    await host.take(1);
    f.depositInPartition(2, [to(ada, 'a2'), to(ben, 'b2')]);
    const rival = f.instance();
    f.log.beforeCommit = async () => {
      f.log.beforeCommit = () => Promise.resolve();
      await rival.host.takeTurn(ben, { run: 'P0000009', seq: 1 }, {});
    };
    f.entries.put(
      `entry:P0000009:${ben}:1`,
      JSON.stringify({
        ...{ v: 1, run: 'P0000009', feed: ben, seq: 1, expiresAt: '2030-01-01T00:00:00Z' },
        notifications: [to(ben, 'rival')],
      }),
    );
    expect(await host.take(2)).toBe('delivered');
    expect([await f.idsOf(ada), await f.idsOf(ben)]).toEqual([
      ['a1', 'a2'],
      ['b1', 'rival', 'b2'],
    ]);
    expect(new Set(f.broadcastIds)).toEqual(new Set(['a1', 'b1', 'rival', 'a2', 'b2']));
  });

  it('should not pop the entry until the checkpoint is stored', async () => {
    const { write } = f.checkpoints;
    f.checkpoints.write = () => Promise.reject(new Error('the store is unavailable'));
    f.depositInPartition(1, [to(ada, 'a1')]);
    const host = f.instance();
    await expect(host.take(1)).rejects.toThrow('unavailable');
    expect(await f.entries.peek(f.partitionEntryKeyOf(1))).toBeDefined();
    f.checkpoints.write = write;
    expect(await host.take(1)).toBe('delivered');
    expect(await f.entries.peek(f.partitionEntryKeyOf(1))).toBeUndefined();
    expect(await f.idsOf(ada)).toEqual(['a1']);
  });

  it('should rebroadcast committed publications if the broadcast failed', async () => {
    const { broadcast } = f.broadcaster;
    f.broadcaster.broadcast = () => Promise.reject(new Error('the backplane is unavailable'));
    f.depositInPartition(1, [to(ada, 'a1')]);
    const host = f.instance();
    await expect(host.take(1)).rejects.toThrow('unavailable');
    f.broadcaster.broadcast = broadcast;
    await host.take(1);
    expect(f.broadcastIds).toEqual(['a1']);
  });
});

it('should reprocess lost entries in a new epoch after the store was rolled back', async () => {
  const host = f.instance();
  f.depositInPartition(1, [to(ada, 'a1')]);
  await host.take(1);
  const epoch = (await f.log.readHead(ada))?.head.epoch;
  f.depositInPartition(2, [to(ada, 'a2')]);
  await host.take(2);
  await f.log.rollBackTo(1);
  f.depositInPartition(2, [to(ada, 'a2')]);
  f.now += 1_000;
  expect(await host.take(2)).toBe('delivered');
  expect(await f.idsOf(ada)).toEqual(['a2']);
  expect((await f.log.readHead(ada))?.head.epoch).not.toBe(epoch);
});

it('should set aside items for a feed with a damaged head without blocking other feeds', async () => {
  const { readHead } = f.log;
  f.log.readHead = (feed) =>
    feed === ben
      ? Promise.reject(new DamagedHeadError('the head of ben is damaged'))
      : readHead.call(f.log, feed);
  f.depositInPartition(1, [to(ada, 'a1'), to(ben, 'b1'), to(ada, 'a2')]);
  expect(await f.instance().take(1)).toBe('delivered');
  expect(await f.idsOf(ada)).toEqual(['a1', 'a2']);
  const records = [...f.setAside.records.values()];
  expect(records.map(({ feed, reason, entry }) => [feed, reason, entry])).toEqual([
    [ben, 'invalid', `${f.partitionEntryKeyOf(1)}:1:${ben}`],
  ]);
  expect(JSON.parse(records[0]?.content ?? '')).toEqual({ notifications: [to(ben, 'b1')] });
  expect(await f.entries.peek(f.partitionEntryKeyOf(1))).toBeUndefined();
});
