import type { Position } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { isLaterEpoch } from '../../feed/position.ts';
import { erase, Fixture } from '../../../testing/feed-fixture.ts';

let f: Fixture;
let a: ReturnType<Fixture['instance']>;

beforeEach(async () => {
  f = new Fixture();
  a = f.instance();
  for (const seq of [1, 2, 3]) {
    f.deposit(seq, [`n${seq}`]);
    await a.turn(seq);
  }
});

const position = (): Position => ({ epoch: f.head?.epoch ?? '', offset: f.head?.offset ?? 0 });

describe('a store that comes back empty', () => {
  it('should get a new head when an instance with a high-water mark reads the feed', async () => {
    const positionBefore = position();
    await f.log.rollBackTo(0);
    f.now++;
    const result = await f.instance().turn(undefined, { heard: positionBefore });
    expect(isLaterEpoch(position().epoch, positionBefore.epoch)).toBe(true);
    expect(result.position).toEqual({ epoch: await f.origin.firstEpoch(), offset: 0 });
    expect(position()).toEqual(result.position);
  });

  it('should store the next publications in a later epoch', async () => {
    const positionBefore = position();
    await f.log.rollBackTo(0);
    f.now++;
    f.deposit(4, ['n4']);
    await f.instance().turn(4);
    await a.turn(4);
    expect(isLaterEpoch(position().epoch, positionBefore.epoch)).toBe(true);
    expect(f.head).toMatchObject({ version: 1, offset: 1 });
    expect(await f.ids()).toEqual(['n4']);
  });

  it('should be reported once', async () => {
    await f.log.rollBackTo(0);
    f.now++;
    for (const seq of [4, 5]) {
      f.deposit(seq, [`n${seq}`]);
      await a.turn(seq);
    }
    expect(f.losses).toEqual(['emptied']);
  });

  it('should start a later epoch, even if the clock went back', async () => {
    const positionBefore = position();
    await f.log.rollBackTo(0);
    f.now -= 86_400_000;
    await a.turn(undefined);
    expect(isLaterEpoch(position().epoch, positionBefore.epoch)).toBe(true);
    expect(f.head).toMatchObject({ version: 1, offset: 0, producers: {} });
  });

  it('should be detected by the mismatched version and etag if the store was emptied during a turn', async () => {
    const { epoch } = position();
    f.deposit(4, ['n4']);
    f.log.beforeCommit = async () => {
      f.log.beforeCommit = () => Promise.resolve();
      await f.log.rollBackTo(0);
    };
    await a.turn(4);
    expect(f.head).toMatchObject({ epoch, version: 4 });
    f.deposit(5, ['n5']);
    await a.turn(5);
    expect(f.losses).toContain('revived');
    expect(isLaterEpoch(position().epoch, epoch)).toBe(true);
    expect(await f.ids()).toEqual(['n5']);
  });
});

describe('a rollback of the store', () => {
  it('should be detected by a host that remembers its own commits', async () => {
    const positionBefore = position();
    await f.log.rollBackTo(2);
    f.deposit(4, ['n4']);
    await a.turn(4);
    expect(f.losses).toEqual(['rolled back']);
    expect(isLaterEpoch(position().epoch, positionBefore.epoch)).toBe(true);
  });

  it('should still tell readers of an earlier erasure', async () => {
    f.put(4, [erase]);
    await a.turn(4);
    f.deposit(5, ['n5']);
    await a.turn(5);
    await f.log.rollBackTo(4);
    f.deposit(6, ['n6']);
    await a.turn(6);
    expect(f.losses).toEqual(['rolled back']);
    expect(position().epoch).toMatch(/-erased$/);
  });

  it("should be detected by the caller's high-water mark", async () => {
    const heard = position();
    await f.log.rollBackTo(2);
    const b = f.instance();
    await b.turn(undefined, { heard });
    expect(isLaterEpoch(position().epoch, heard.epoch)).toBe(true);
  });

  it("should be detected by the host's high-water mark if the caller has none", async () => {
    const heard = position();
    const b = f.instance();
    b.marks.raise('all', heard);
    await f.log.rollBackTo(2);
    await b.turn(undefined, {});
    expect(isLaterEpoch(position().epoch, heard.epoch)).toBe(true);
  });

  it('should be detected by a high-water mark that rises just before the head is written', async () => {
    const heard = position();
    await f.log.rollBackTo(2);
    const b = f.instance();
    f.deposit(3, ['other']);
    f.deposit(4, ['another']);
    // The broadcast of the rolled-back publications arrives after `b` has read the head, but before it peeks at entry 3.
    const peek = f.entries.peek.bind(f.entries);
    f.entries.peek = (key) => {
      if (key === f.key(3)) b.marks.raise('all', heard);
      return peek(key);
    };
    await expect(b.turn(4)).rejects.toThrow('below its high-water mark');
    expect(f.log.commits).toHaveLength(2);
    await b.turn(4);
    expect(isLaterEpoch(position().epoch, heard.epoch)).toBe(true);
  });

  it('should not be inferred from a high-water mark that rose after the head was read', async () => {
    const b = f.instance();
    f.deposit(4, ['n4']);
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      await a.turn(4);
      b.marks.raise('all', position());
    };
    await b.turn(undefined);
    expect(f.losses).toEqual([]);
  });

  it("should cause lost entries to be reprocessed, since known ids and each run's progress are lost too", async () => {
    await f.log.rollBackTo(2);
    for (const seq of [2, 3]) f.deposit(seq, [`n${seq}`]);
    expect(await a.turn(3)).toMatchObject({ outcome: 'delivered' });
    expect(await f.ids()).toEqual(['n2', 'n3']);
  });
});

describe('a missing document', () => {
  const loseSegment = async () => {
    const key = f.head?.segments[0]?.key ?? '';
    await f.log.removeDocuments([key]);
    return key;
  };

  it('should cause a new epoch when a caller reports it', async () => {
    const { epoch } = position();
    await a.turn(undefined, { lostDocument: await loseSegment() });
    expect(f.losses).toEqual(['document missing']);
    expect(isLaterEpoch(position().epoch, epoch)).toBe(true);
  });

  it('should not cause a new epoch if it exists after all, is unreferenced, or could have expired', async () => {
    const { epoch } = position();
    await a.turn(undefined, { lostDocument: f.head?.segments[0]?.key });
    await a.turn(undefined, { lostDocument: 'segment:all:other' });
    const lostDocument = await loseSegment();
    f.now += f.limits.historyTtlMs;
    await a.turn(undefined, { lostDocument });
    expect(f.losses).toEqual([]);
    expect(position().epoch).toBe(epoch);
  });

  it('should be detected by a turn that needs it', async () => {
    const { epoch } = position();
    await f.log.removeDocuments((f.head?.ids ?? []).map(({ key }) => key));
    f.deposit(4, ['n4']);
    expect(await f.instance().turn(4)).toMatchObject({ outcome: 'delivered' });
    expect(isLaterEpoch(position().epoch, epoch)).toBe(true);
    expect(await f.ids()).toEqual(['n4']);
  });
});

describe('an epoch', () => {
  it('should start only once after a loss, and not at all if a turn finds no loss', async () => {
    const { epoch } = position();
    await a.turn(undefined);
    await a.turn(undefined, { heard: { epoch, offset: 2 } });
    expect(position().epoch).toBe(epoch);
    await f.log.rollBackTo(1);
    await a.turn(undefined);
    const next = position();
    await a.turn(undefined, { heard: { epoch, offset: 3 } });
    await f.instance().turn(undefined, { heard: next });
    expect(position()).toEqual(next);
  });
});
