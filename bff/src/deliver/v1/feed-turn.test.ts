import { beforeEach, describe, expect, it } from 'vitest';
import { dieAt, FEED, Fixture, RUN } from '../../../testing/feed-fixture.ts';

let f: Fixture;
beforeEach(() => {
  f = new Fixture();
});

describe('a turn', () => {
  it('should commit, claim and broadcast all entries up to the announced entry', async () => {
    for (const seq of [1, 2, 3]) f.deposit(seq, [`n${seq}`]);
    const { turn } = f.instance();
    expect(await turn(3)).toMatchObject({ outcome: 'delivered', position: { offset: 3 } });
    expect(await f.ids()).toEqual(['n1', 'n2', 'n3']);
    expect(f.broadcastIds).toEqual(['n1', 'n2', 'n3']);
    for (const seq of [1, 2, 3]) expect(await f.entries.peek(f.key(seq))).toBeUndefined();
  });

  it('should recognize a finished entry, no matter how late the announcement is redelivered', async () => {
    f.deposit(1, ['n1']);
    f.deposit(2, ['n2']);
    const { turn } = f.instance();
    await turn(2);
    expect(await turn(1)).toMatchObject({ outcome: 'already-claimed' });
    expect(await f.instance().turn(2)).toMatchObject({ outcome: 'already-claimed' });
    expect(f.broadcastIds.slice(0, 2)).toEqual(['n1', 'n2']);
    expect(await f.ids()).toEqual(['n1', 'n2']);
  });

  it("should process an earlier entry first if that entry's announcement was lost", async () => {
    const { turn } = f.instance();
    f.deposit(1, ['n1']);
    await turn(1);
    f.deposit(2, ['n2']);
    f.deposit(3, ['n3']);
    await turn(3);
    expect(await f.ids()).toEqual(['n1', 'n2', 'n3']);
  });

  it('should split a long turn into commits of about 1 MB, and process all its entries', async () => {
    for (let seq = 1; seq <= 12; seq++) {
      f.deposit(
        seq,
        Array.from({ length: 100 }, (_, i) => `n${seq}.${i}`),
        { padding: 1_900 },
      );
    }
    await f.instance().turn(12);
    expect(f.log.commits.length).toBeGreaterThan(1);
    for (const { documents } of f.log.commits) {
      expect(Buffer.byteLength(JSON.stringify(documents))).toBeLessThan(3 * 1024 * 1024);
    }
    expect(f.head).toMatchObject({ offset: 1_200, producers: { [RUN]: [12, f.now] } });
    expect(f.broadcastIds).toHaveLength(1_200);
    for (const { publications } of f.events) {
      expect(Buffer.byteLength(JSON.stringify(publications))).toBeLessThanOrEqual(256 * 1024);
    }
  });

  it('should wait for earlier turns of the feed in this process', async () => {
    const { turn } = f.instance();
    for (const seq of [1, 2, 3]) f.deposit(seq, [`n${seq}`]);
    const outcomes = await Promise.all([turn(1), turn(2), turn(3)]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(f.broadcastIds).toEqual(['n1', 'n2', 'n3']);
  });
});

describe('a missing entry', () => {
  it('should be set aside once without blocking anything, even if the feed has no head yet', async () => {
    expect(await f.instance().turn(1)).toMatchObject({ outcome: 'set-aside', position: { offset: 0 } });
    expect([...f.setAside.records.values()]).toMatchObject([{ entry: f.key(1), reason: 'missing' }]);
  });

  it('should count as finished if the head contains the run', async () => {
    const { turn } = f.instance();
    f.deposit(1, ['n1']);
    await turn(1);
    f.deposit(4, ['n4']);
    expect(await turn(4)).toMatchObject({ outcome: 'delivered' });
    expect(f.head?.producers[RUN]?.[0]).toBe(4);
    expect([...f.setAside.records.values()]).toMatchObject([{ entry: f.key(3), reason: 'missing' }]);
    expect(await f.ids()).toEqual(['n1', 'n4']);
  });

  it("should not affect an unknown run's earlier entries, which have separate announcements", async () => {
    f.deposit(1, ['n1']);
    const { turn } = f.instance();
    expect(await turn(2)).toMatchObject({ outcome: 'set-aside' });
    expect(await turn(1)).toMatchObject({ outcome: 'delivered' });
    expect(await f.ids()).toEqual(['n1']);
  });

  it("should not keep an unknown run's lower announced entry from being processed", async () => {
    f.deposit(1, ['n1']);
    expect(await f.instance().host.takeTurn(FEED, { run: RUN, seq: 3, from: 1 }, {})).toMatchObject({
      outcome: 'delivered',
    });
    expect(await f.ids()).toEqual(['n1']);
  });

  it('should not be treated as missing if another activation has processed it', async () => {
    const [a, b] = [f.instance(), f.instance()];
    f.deposit(1, ['n1']);
    await a.turn(1);
    f.deposit(2, ['n2']);
    f.deposit(3, ['n3']);
    // `a` processes the entries after `b` has read the head but before `b` looks for them.
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      await a.turn(3);
    };
    expect(await b.turn(3)).toMatchObject({ outcome: 'already-claimed' });
    expect(f.setAside.records.size).toBe(0);
    expect(await f.ids()).toEqual(['n1', 'n2', 'n3']);
  });

  it('should be published only once if another activation processed it after the early peek', async () => {
    const [a, b] = [f.instance(), f.instance()];
    f.deposit(1, ['n1']);
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      await a.turn(1);
    };
    await b.turn(1).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    await b.turn(1);
    expect(f.setAside.records.size).toBe(0);
    expect(await f.ids()).toEqual(['n1']);
  });

  it('should end the backward search in an unknown run, without deciding whether lower numbers are missing', async () => {
    for (const seq of [1, 2, 4, 5]) f.deposit(seq, [`n${seq}`]);
    await f.instance().turn(5);
    expect(await f.ids()).toEqual(['n4', 'n5']);
    expect(f.setAside.records.size).toBe(0);
  });
});

describe('a bad entry', () => {
  it('should be set aside with its content, count as finished and not block other entries', async () => {
    f.deposit(1, ['n1']);
    f.entries.put(f.key(2), '{"broken"');
    f.deposit(3, ['n3']);
    await f.instance().turn(3);
    expect([...f.setAside.records.values()]).toMatchObject([
      { entry: f.key(2), reason: 'invalid', content: '{"broken"' },
    ]);
    expect(await f.entries.peek(f.key(2))).toBeUndefined();
    expect(await f.ids()).toEqual(['n1', 'n3']);
  });

  it('should not be popped while it cannot be set aside', async () => {
    f.entries.put(f.key(1), 'x');
    const { turn } = f.instance();
    const add = f.setAside.add.bind(f.setAside);
    f.setAside.add = () => Promise.reject(new Error('unavailable'));
    await expect(turn(1)).rejects.toThrow('unavailable');
    expect(await f.entries.peek(f.key(1))).toBe('x');
    f.setAside.add = add;
    expect(await turn(1)).toMatchObject({ outcome: 'set-aside' });
  });
});

describe.each(['loaded', 'peeked', 'committed', 'popped', 'broadcast'] as const)(
  "a process that dies after the '%s' step",
  (step) => {
    it('should have its turn finished by another process, so that each id is published once and broadcast', async () => {
      for (const seq of [1, 2]) f.deposit(seq, [`n${seq}`]);
      await expect(f.instance(dieAt(step)).turn(2)).rejects.toThrow(`died at ${step}`);
      const { turn } = f.instance();
      await turn(2);
      expect(await f.ids()).toEqual(['n1', 'n2']);
      expect([...new Set(f.broadcastIds)]).toEqual(['n1', 'n2']);
      for (const seq of [1, 2]) expect(await f.entries.peek(f.key(seq))).toBeUndefined();
    });
  },
);

describe('a commit with an unknown outcome', () => {
  it('should be resolved from the head on the next turn', async () => {
    f.deposit(1, ['n1']);
    const { turn } = f.instance();
    f.log.afterCommit = () => Promise.reject(new Error('time-out'));
    await expect(turn(1)).rejects.toThrow('time-out');
    expect(f.broadcastIds).toEqual([]);
    f.log.afterCommit = () => Promise.resolve();
    expect(await turn(1)).toMatchObject({ outcome: 'already-claimed' });
    expect(f.broadcastIds).toEqual(['n1']);
    expect(await f.ids()).toEqual(['n1']);
  });
});

describe('a broadcast with an unknown outcome', () => {
  it('should block further commits', async () => {
    f.deposit(1, ['n1']);
    f.deposit(1, ['other'], { run: 'P0000002' });
    const { turn } = f.instance();
    const broadcast = f.broadcaster.broadcast.bind(f.broadcaster);
    f.broadcaster.broadcast = () => Promise.reject(new Error('Redis is unavailable'));
    await expect(turn(1)).rejects.toThrow('Redis is unavailable');
    await expect(turn(1, {}, 'P0000002')).rejects.toThrow('Redis is unavailable');
    expect(f.log.commits).toHaveLength(1);
    f.broadcaster.broadcast = broadcast;
    await turn(1, {}, 'P0000002');
    expect(f.broadcastIds).toEqual(['n1', 'other']);
  });
});

describe('two activations', () => {
  it('should not both commit on top of the same head', async () => {
    const [a, b] = [f.instance(), f.instance()];
    for (const seq of [1, 2]) f.deposit(seq, [`n${seq}`]);
    f.log.beforeCommit = async () => {
      f.log.beforeCommit = () => Promise.resolve();
      await b.turn(2);
    };
    await expect(a.turn(1)).rejects.toThrow('refused');
    expect(await a.turn(1)).toMatchObject({ outcome: 'already-claimed' });
    expect(await f.ids()).toEqual(['n1', 'n2']);
  });
});
