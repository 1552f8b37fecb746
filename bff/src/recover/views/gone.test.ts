import type { EntryItem, Page, Publication } from '@tocsin/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { erase, Fixture, notification, retract } from '../../../testing/feed-fixture.ts';
import { FeedView } from './feed-view.ts';
import { readPage, type PageRequest } from '../page/page.ts';
import type { Broadcast } from '../../deliver/ports.ts';
import { testProofs } from '../../../testing/test-proofs.ts';

const withoutProof = ({ proof: _proof, ...event }: Broadcast) => event;

const RING = 5;

let f: Fixture;
let host: ReturnType<Fixture['instance']>;
let seq: number;

beforeEach(async () => {
  f = new Fixture();
  host = f.instance();
  seq = 0;
  // Fifteen publications: ten are older than an up-to-date view's ring, and the first is in a separate segment.
  for (let n = 1; n <= 15; n++)
    await take(notification(`n${n}`, { collapseKey: `k${n}`, body: 'x'.repeat(n) }));
});

/** Commits the items as a single entry. Resolves with the broadcasts. */
async function take(...items: EntryItem[]) {
  const before = f.events.length;
  f.put(++seq, items);
  await host.turn(seq);
  return f.events.slice(before);
}

function instance() {
  const moved: string[] = [];
  const missed: Publication[] = [];
  const { marks } = f.instance();
  const view = new FeedView('all', {
    ...{
      log: f.log,
      origin: f.origin,
      marks,
      proofs: testProofs,
      limits: f.limits,
      ring: { publications: RING, bytes: 1024 * 1024 },
      now: () => f.now,
    },
    routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
    onMoved: ({ epoch }) => moved.push(epoch),
    onMissed: ({ publications }) => missed.push(...publications),
  });
  return { view, marks, moved, missed, read: (request: PageRequest) => readPage(view, request, () => f.now) };
}

const newest: PageRequest = { kind: 'newest', limit: 200 };
const idsIn = ({ publications }: Page) =>
  publications.map((p) => (p.notification === null ? `${p.id} ${p.gone}` : p.notification.id));
const liveIdsIn = (page: Page) => page.publications.flatMap(({ notification: n }) => (n ? [n.id] : []));

describe('a removed publication', () => {
  it.each(['n1', 'n8', 'n14'])(
    'should not be served from the ring or segments after the removal was broadcast: %s',
    async (id) => {
      const { view, read } = instance();
      expect(liveIdsIn(await read(newest))).toContain(id);
      const [event] = await take(retract(id));
      if (event) expect(view.receive(event)).toEqual({ continues: true, shown: withoutProof(event) });
      const page = await read(newest);
      expect(idsIn(page).filter((idInPage) => idInPage.startsWith(`${id} `))).toEqual([
        `${id} retracted`,
        `${id} retracted`,
      ]);
      expect(JSON.stringify(page)).not.toContain(`"title":"${id}"`);
    },
  );

  it.each([
    ['n2', 'k2'],
    ['n13', 'k13'],
  ])('should not be served after a newer publication replaced it: %s', async (id, collapseKey) => {
    const { view, read } = instance();
    await read(newest);
    const [event] = await take(notification('new', { collapseKey }));
    if (event) view.receive(event);
    expect(idsIn(await read(newest))).toEqual(expect.arrayContaining([`${id} replaced`, 'new']));
    expect(liveIdsIn(await read(newest))).not.toContain(id);
  });

  it('should not be served if the broadcast arrived after a gap, or before the first head was read', async () => {
    const [gap, fresh] = [instance(), instance()];
    await gap.read(newest);
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      await take(notification('between'));
      for (const event of await take(retract('n14'))) fresh.view.receive(event);
    };
    expect(liveIdsIn(await fresh.read(newest))).not.toContain('n14');
    for (const event of f.events.slice(-1)) expect(gap.view.receive(event).continues).toBe(false);
    expect(liveIdsIn(await gap.read(newest))).not.toContain('n14');
  });

  it('should not be served by a read that was in progress when it was removed', async () => {
    const { view, read } = instance();
    await read(newest);
    // Makes the next request reread the head and the segments.
    for (const event of await take(retract('n2'))) view.receive(event);
    let isRemoved = false;
    const readDocuments = f.log.readDocuments.bind(f.log);
    f.log.readDocuments = async (keys) => {
      f.log.readDocuments = readDocuments;
      const documents = await readDocuments(keys);
      for (const event of await take(retract('n1'))) view.receive(event);
      isRemoved = true;
      return documents;
    };
    expect(liveIdsIn(await read(newest))).not.toContain('n1');
    expect(isRemoved).toBe(true);
  });

  it('should be found by the next comparison if the broadcast was lost, and be sent without content', async () => {
    const { view, read, missed } = instance();
    await read(newest);
    await take(notification('new'), notification('newer'));
    await take(retract('new'), retract('n3'), retract('n15'));
    await view.compare();
    expect(liveIdsIn(await read(newest))).not.toEqual(expect.arrayContaining(['n3']));
    expect(idsIn(await read(newest)).slice(-6)).toEqual([
      ...['n15 retracted', 'new retracted', 'newer'],
      ...['new retracted', 'n3 retracted', 'n15 retracted'],
    ]);
    expect(missed.flatMap(({ notification: n }) => (n ? [n.id] : []))).toEqual(['newer']);
  });

  it('should be reported as gone to a recovering client', async () => {
    const { read } = instance();
    const { epoch = '' } = f.head ?? {};
    await take(retract('n12'));
    const page = await read({ kind: 'after', position: { epoch, offset: 11 } });
    expect(page.recovered).toBe(true);
    expect(idsIn(page)).toEqual(['n12 retracted', 'n13', 'n14', 'n15', 'n12 retracted']);
  });

  it('should be sent only once before the removal, whether the broadcast or a comparison comes first', async () => {
    const { view, read } = instance();
    await read(newest);
    const [first, second] = [await take(notification('first')), await take(notification('second'))].flat();
    if (!first || !second) throw new Error('two broadcasts are missing');
    expect(view.receive(first).shown?.publications.map(({ offset }) => offset)).toEqual([16]);
    expect(view.receive(first).shown).toBeUndefined();
    await view.compare();
    expect(view.receive(second).shown).toBeUndefined();
    const bothBroadcasts = { ...second, publications: [...first.publications, ...second.publications] };
    expect(view.receive(bothBroadcasts).shown).toBeUndefined();
  });

  it('should not be sent if the broadcast is repeated after the removal', async () => {
    const { view, read } = instance();
    const [late] = await take(notification('late'));
    await read(newest);
    for (const event of await take(retract('late'))) view.receive(event);
    if (late) {
      expect(view.receive(late)).toEqual({ continues: true });
      const [first] = f.events;
      if (first) expect(view.receive(first)).toEqual({ continues: true });
    }
  });
});

describe('a range', () => {
  it('should be complete, even if the ring has a part of it or the view has not seen a part of it', async () => {
    const { view } = instance();
    const { epoch } = await view.knownPosition();
    await take(notification('new'));
    const offsets = async (first: number, last: number) =>
      (await view.readRange(first, last, epoch)).map(({ offset }) => offset);
    expect(await offsets(14, 16)).toEqual([14, 15, 16]);
    expect(await offsets(8, 12)).toEqual([8, 9, 10, 11, 12]);
    await expect(offsets(14, 17)).rejects.toThrow('changed');
  });
});

describe('an erased feed', () => {
  it("should not serve earlier content after the erasure's broadcast, but report the new position", async () => {
    const { view, read, moved } = instance();
    const before = await read(newest);
    const [event] = await take(erase);
    expect(event && view.receive(event)).toEqual({ continues: false, shown: event && withoutProof(event) });
    expect(view.position).toBeUndefined();
    const position = { epoch: before.epoch, offset: before.offset };
    expect(await read({ kind: 'after', position })).toMatchObject({
      ...{ epoch: event?.epoch, offset: 0, recovered: false, erased: true, publications: [] },
    });
    expect(moved).toEqual([event?.epoch]);
  });

  it('should not be served from a head that was read before the broadcast', async () => {
    const { view, read } = instance();
    f.log.beforeHead = async () => {
      f.log.beforeHead = () => Promise.resolve();
      for (const event of await take(erase)) view.receive(event);
    };
    expect(await read(newest)).toMatchObject({ offset: 0, publications: [] });
  });

  it('should not serve a range of the previous epoch, even if the new epoch has the same offsets', async () => {
    const { view } = instance();
    const { epoch } = await view.knownPosition();
    for (const event of await take(erase)) view.receive(event);
    f.log.headReads = 0;
    await expect(view.readRange(2, 4, epoch), 'no ring').rejects.toThrow('new epoch');
    await expect(view.readRange(2, 4, epoch), 'empty ring').rejects.toThrow('new epoch');
    for (let n = 1; n <= RING; n++)
      for (const event of await take(notification(`x${n}`))) view.receive(event);
    await expect(view.readRange(2, 4, epoch), 'full ring').rejects.toThrow('new epoch');
    expect(f.log.headReads).toBeLessThan(RING + 5);
    expect(await view.readRange(2, 4, view.position?.epoch ?? '')).toHaveLength(3);
  });

  it('should be detected by a comparison if the broadcast was lost', async () => {
    const { view, read, moved } = instance();
    await read(newest);
    await take(notification('x'), erase, notification('y'));
    await view.compare();
    expect(idsIn(await read(newest))).toEqual(['y']);
    expect(moved).toEqual([f.head?.epoch]);
  });

  it('should not send earlier content that arrives after the erasure', async () => {
    const { view } = instance();
    await view.knownPosition();
    const [late] = await take(notification('late'));
    for (const event of await take(erase)) view.receive(event);
    expect(late && view.receive(late)).toEqual({ continues: false });
  });
});
