import { beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENT_VERSION, type Head } from '@tocsin/contracts';
import type { Step } from '../ports.ts';
import { isLaterEpoch } from '../../feed/position.ts';
import { erase, FEED, Fixture, notification, retract, RUN } from '../../../testing/feed-fixture.ts';

let f: Fixture;
let host: ReturnType<Fixture['instance']>;
/** The host dies after this step, but only once. */
let fatalStep: Step | undefined;

beforeEach(() => {
  f = new Fixture();
  fatalStep = undefined;
  host = f.instance((step) => {
    if (step !== fatalStep) return Promise.resolve();
    fatalStep = undefined;
    return Promise.reject(new Error(`died at ${step}`));
  });
});

const documentsOf = (head: Head | undefined) =>
  f.log.readDocuments([...(head?.segments ?? []), ...(head?.ids ?? [])].map(({ key }) => key));
const documentsAsJson = async (head: Head | undefined) => JSON.stringify(await documentsOf(head));

describe('a retraction', () => {
  beforeEach(async () => {
    f.deposit(1, ['a', 'b']);
    await host.turn(1);
  });

  it('should be broadcast with a new offset, and immediately remove the content from the store', async () => {
    const before = f.head;
    f.put(2, [retract('a')]);
    expect(await f.instance().turn(2)).toMatchObject({ outcome: 'delivered', position: { offset: 3 } });
    expect(f.events.at(-1)?.publications).toEqual([
      { offset: 3, notification: null, id: 'a', gone: 'retracted' },
    ]);
    expect(await f.ids()).toEqual(['a retracted', 'b', 'a retracted']);
    expect((await f.log.readDocuments((before?.segments ?? []).map(({ key }) => key)))[0]).toBeUndefined();
    expect(await documentsAsJson(f.head)).not.toContain('"title":"a"');
    expect(await f.log.readDocuments([f.head?.withdrawn ?? ''])).toEqual([undefined]);
  });

  it.each(['committed', 'popped', 'broadcast'] as const)(
    'should be completed by the next turn if the process dies after the “%s” step',
    async (step) => {
      const before = f.head;
      f.put(2, [retract('a')]);
      fatalStep = step;
      await expect(host.turn(2)).rejects.toThrow('died');
      expect((await f.log.readDocuments((before?.segments ?? []).map(({ key }) => key)))[0]).toBeDefined();
      expect(await f.instance().turn(2)).toMatchObject({ outcome: 'already-claimed' });
      expect(f.broadcastIds.at(-1)).toBe('a retracted');
      expect((await f.log.readDocuments((before?.segments ?? []).map(({ key }) => key)))[0]).toBeUndefined();
      expect(await f.entries.peek(f.key(2))).toBeUndefined();
    },
  );

  it('should have no effect if the store refuses the head, and apply to the newer head when retried', async () => {
    const [first, second] = [f.instance(), f.instance()];
    f.put(2, [retract('a')]);
    f.deposit(1, ['c'], { run: 'P0000002' });
    f.log.beforeCommit = async () => {
      f.log.beforeCommit = () => Promise.resolve();
      await second.turn(1, {}, 'P0000002');
    };
    await expect(first.turn(2)).rejects.toThrow();
    expect(await f.ids()).toEqual(['a', 'b', 'c']);
    await first.turn(2);
    expect(await f.ids()).toEqual(['a retracted', 'b', 'c', 'a retracted']);
  });

  it('should find the notification, whether the index is up to date or another activation has committed since', async () => {
    const [first, second] = [f.instance(), f.instance()];
    f.put(2, [retract('a')]);
    await first.turn(2);
    f.put(3, [notification('c', { collapseKey: 'k' })]);
    await first.turn(3);
    f.put(4, [notification('d', { collapseKey: 'k' })]);
    await second.turn(4);
    f.put(5, [notification('e', { collapseKey: 'k' }), retract('b')]);
    await first.turn(5);
    expect(await f.ids()).toEqual([
      ...['a retracted', 'b retracted', 'a retracted', 'c replaced', 'd replaced', 'e', 'b retracted'],
    ]);
  });

  it('should carry over to a new epoch after data loss if the store or the host remembers it', async () => {
    f.put(2, [retract('x')]);
    await host.turn(2);
    f.put(3, [retract('y')]);
    await host.turn(3);
    const { epoch = '' } = f.head ?? {};
    await f.log.rollBackTo(2);
    f.deposit(4, ['x', 'y', 'z']);
    await host.turn(4);
    expect(f.losses).toEqual(['rolled back']);
    expect(isLaterEpoch(f.head?.epoch ?? '', epoch)).toBe(true);
    expect(await f.ids()).toEqual(['z']);
    f.deposit(5, ['x', 'y']);
    await f.instance().turn(5);
    expect(await f.ids()).toEqual(['z']);
  });

  it('should work on a head from before retractions existed', async () => {
    const { retractions: _, withdrawn: __, ...head } = f.head as Head;
    const next = { ...head, version: head.version + 1, unconfirmed: [] };
    await f.log.commit([{ feed: FEED, head: next, etag: head.version, documents: [] }]);
    f.put(2, [retract('a')]);
    await f.instance().turn(2);
    expect(await f.ids()).toEqual(['a retracted', 'b', 'a retracted']);
    expect(f.head).not.toHaveProperty('erased');
  });
});

describe('a missing retractions document', () => {
  it('should cause a new epoch, like any other missing document', async () => {
    f.put(1, [retract('x'), notification('a')]);
    await f.instance().turn(1);
    await f.log.removeDocuments((f.head?.retractions ?? []).map(({ key }) => key));
    f.deposit(2, ['b']);
    await f.instance().turn(2);
    expect(f.losses).toEqual(['document missing']);
    expect(await f.ids()).toEqual(['b']);
  });
});

describe('an erasure', () => {
  const setAside = (feed: string, seq: number) =>
    f.setAside.add({
      ...{
        v: DOCUMENT_VERSION,
        entry: `entry:${RUN}:${feed}:${seq}`,
        feed,
        reason: 'invalid',
        faults: ['x'],
      },
      ...{ content: '{"title":"a"}', at: '2026-01-01T00:00:00Z' },
    });
  beforeEach(async () => {
    f.deposit(1, ['a', 'b']);
    await host.turn(1);
    await setAside(FEED, 9);
    await setAside('topic:other', 9);
  });

  it("should delete all of the feed's content and announce the new epoch to the instances", async () => {
    const before = f.head;
    f.put(2, [erase]);
    expect(await f.instance().turn(2)).toMatchObject({ outcome: 'delivered', position: { offset: 0 } });
    expect((await documentsOf(before)).filter((document) => document !== undefined)).toEqual([]);
    expect(isLaterEpoch(f.head?.epoch ?? '', before?.epoch ?? '')).toBe(true);
    expect(f.events.at(-1)).toMatchObject({ feed: FEED, epoch: f.head?.epoch, publications: [] });
    expect([...f.setAside.records.values()].map(({ feed }) => feed)).toEqual(['topic:other']);
    expect(f.erased).toEqual([{ feed: FEED, before: f.head?.erasedAt }]);
    expect(f.losses).toEqual([]);
  });

  it("should keep each run's progress, and process the run's later entries in the same turn", async () => {
    f.deposit(2, ['c']);
    f.put(3, [notification('d'), erase]);
    f.deposit(4, ['a', 'e']);
    f.deposit(5, ['f', 'e']);
    await host.turn(5);
    expect(f.log.commits).toHaveLength(2);
    expect(await f.ids()).toEqual(['a', 'e', 'f']);
    expect(f.broadcastIds).toEqual(['a', 'b', 'a', 'e', 'f']);
    for (const seq of [1, 2, 3, 4, 5]) {
      expect(await host.turn(seq)).toMatchObject({ outcome: 'already-claimed' });
      expect(await f.entries.peek(f.key(seq))).toBeUndefined();
    }
  });

  it.each(['committed', 'popped', 'broadcast'] as const)(
    'should be completed by the next turn if the process dies after the “%s” step',
    async (step) => {
      const before = f.head;
      f.put(2, [erase]);
      fatalStep = step;
      await expect(host.turn(2)).rejects.toThrow('died');
      expect(f.setAside.records.size).toBe(2);
      f.deposit(3, ['c']);
      await f.instance().turn(3);
      expect((await documentsOf(before)).filter((document) => document !== undefined)).toEqual([]);
      expect(f.setAside.records.size).toBe(1);
      expect(f.events.map(({ epoch }) => epoch)).toContain(f.head?.epoch);
      expect(await f.ids()).toEqual(['c']);
      expect(f.head).not.toHaveProperty('erased');
      expect(f.head).not.toHaveProperty('withdrawn');
    },
  );

  it("should block other commits until all the feed's content is deleted", async () => {
    f.put(2, [erase]);
    f.setAside.erase = () => Promise.reject(new Error('the store is unavailable'));
    await expect(f.instance().turn(2)).rejects.toThrow('unavailable');
    f.deposit(3, ['c']);
    await expect(f.instance().turn(3)).rejects.toThrow('unavailable');
    expect(f.log.commits).toHaveLength(2);
    f.setAside.erase = () => Promise.resolve();
    await f.instance().turn(3);
    expect(await f.ids()).toEqual(['c']);
  });

  it('should remain in effect when the store is rolled back', async () => {
    f.put(2, [erase]);
    await host.turn(2);
    const { epoch = '' } = f.head ?? {};
    await f.log.rollBackTo(1);
    f.deposit(3, ['c']);
    await host.turn(3);
    expect(isLaterEpoch(f.head?.epoch ?? '', epoch)).toBe(true);
    expect(await f.ids()).toEqual(['c']);
  });
});
