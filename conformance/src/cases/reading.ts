import { strict as assert } from 'node:assert';
import { MAX_PAGE_BYTES, MAX_PAGE_PUBLICATIONS, type Page, type Publication } from '@tocsin/contracts';
import { readerCase, type Case } from '../case.ts';
import {
  assertContiguous,
  assertMembers,
  assertPushed,
  idsOf,
  pageOf,
  pushedPublications,
  type Kit,
  type Reader,
} from '../kit.ts';
import type { Transport } from '../transports/transport.ts';

const firstPageOf = (reader: Reader, feed: string): Page => reader.first.get(feed) as Page;
const positionOf = ({ epoch, offset }: Page) => ({ epoch, offset });

/** Returns all publications that a returning client recovers, from all pages. */
async function recoverAll(kit: Kit, over: Transport, feed: string, page: Page): Promise<Publication[]> {
  if (over === 'sse') {
    const reader = await kit.reader(over, feed, positionOf(page));
    const all = () => [...firstPageOf(reader, feed).publications, ...pushedPublications(reader.inbox, feed)];
    const head = (await kit.page(feed, '&limit=1')).offset;
    await reader.inbox.waitUntil(() => (all().at(-1)?.offset ?? page.offset) >= head, `offset ${head}`);
    return all();
  }
  const socket = await kit.socket(over);
  const all: Publication[] = [];
  let position = positionOf(page);
  for (let more = true; more;) {
    const response = await socket.request('subscribe', { feed, position });
    assert.ok(Buffer.byteLength(JSON.stringify(response)) <= MAX_PAGE_BYTES);
    const next = pageOf(response);
    assert.ok(next.publications.length <= MAX_PAGE_PUBLICATIONS);
    if (next.more) {
      assert.equal(next.offset, next.publications.at(-1)?.offset);
      assert.ok(next.offset > position.offset, 'the server repeats a page');
    }
    all.push(...next.publications);
    position = positionOf(next);
    ({ more } = next);
  }
  return all;
}

const assertDefaultPageSize = (page: Page) => assert.ok(page.publications.length <= 50);

/** Rules for all transports that can read feeds. */
export const READING: readonly Case[] = [
  readerCase(
    'returns the head and no publications for a subscription without a position',
    [],
    async (kit, over) => {
      const feed = kit.feed();
      const page = firstPageOf(await kit.reader(over, feed), feed);
      assert.deepEqual([page.feed, page.recovered, page.more, page.publications], [feed, true, false, []]);
    },
  ),
  readerCase(
    'pushes new publications with offsets that continue from the response',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const reader = await kit.reader(over, feed);
      const { epoch, offset } = firstPageOf(reader, feed);
      const ids = [...(await kit.publish(feed, {})), ...(await kit.publish(feed, {}))];
      await assertPushed(reader.inbox, feed, ids);
      assert.deepEqual(
        pushedPublications(reader.inbox, feed).map((publication) => publication.offset),
        [offset + 1, offset + 2],
      );
      for (const { data } of reader.inbox.received('publications')) assert.equal(data['epoch'], epoch);
    },
  ),
  readerCase('publishes an array in order without gaps', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const reader = await kit.reader(over, feed);
    const ids = await kit.publishMany(feed, 50);
    await assertPushed(reader.inbox, feed, ids);
    assertContiguous(pushedPublications(reader.inbox, feed));
  }),
  readerCase(
    'delivers a notification with its id, feed, severity and createdAt',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const reader = await kit.reader(over, feed);
      const [id] = await kit.publish(feed, { title: 'Plain', body: 'Line\ntwo 🔔' });
      await assertPushed(reader.inbox, feed, [id ?? '']);
      const { createdAt, ...rest } = pushedPublications(reader.inbox, feed)[0]?.notification ?? {};
      assertMembers(rest, { id, feed, severity: 'info', title: 'Plain', body: 'Line\ntwo 🔔' });
      assert.ok(!Number.isNaN(Date.parse(createdAt ?? '')));
    },
  ),
  readerCase('recovers exactly the missed publications', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    await kit.publishMany(feed, 3);
    const before = await kit.page(feed);
    const ids = await kit.publishMany(feed, 7);
    const page = firstPageOf(await kit.reader(over, feed, positionOf(before)), feed);
    assert.deepEqual([page.recovered, page.more, idsOf(page.publications)], [true, false, ids]);
    assertContiguous(page.publications);
  }),
  readerCase('recovers no publications for a position at the head', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    await kit.publishMany(feed, 2);
    const page = firstPageOf(await kit.reader(over, feed, positionOf(await kit.page(feed))), feed);
    assert.deepEqual([page.recovered, page.publications], [true, []]);
  }),
  readerCase(
    'returns recovered: false and the newest publications for a position in another epoch',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const ids = await kit.publishMany(feed, 60);
      const page = firstPageOf(await kit.reader(over, feed, { epoch: 'conformance', offset: 1 }), feed);
      assert.equal(page.recovered, false);
      assertDefaultPageSize(page);
      assert.deepEqual(idsOf(page.publications), ids.slice(-page.publications.length));
      assert.equal(page.publications.at(-1)?.offset, page.offset);
    },
  ),
  readerCase('returns recovered: false for a position beyond the head', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    await kit.publishMany(feed, 2);
    const { epoch, offset } = await kit.page(feed);
    const page = firstPageOf(await kit.reader(over, feed, { epoch, offset: offset + 100 }), feed);
    assert.deepEqual([page.recovered, page.offset], [false, offset]);
  }),
  readerCase('recovers more publications than fit into one response', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const before = await kit.page(feed);
    const ids = [...(await kit.publishMany(feed, 700)), ...(await kit.publishMany(feed, 700))];
    assert.deepEqual(idsOf(await recoverAll(kit, over, feed, before)), ids);
  }),
  readerCase(
    'recovers publications that exceed the maximum response size',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const before = await kit.page(feed);
      const ids = await kit.publishMany(feed, 90, { body: '🔔'.repeat(1_900) });
      assert.deepEqual(idsOf(await recoverAll(kit, over, feed, before)), ids);
    },
  ),
  readerCase('pushes new publications after a recovery', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const before = await kit.page(feed);
    await kit.publishMany(feed, 2);
    const reader = await kit.reader(over, feed, positionOf(before));
    await assertPushed(reader.inbox, feed, await kit.publish(feed, {}));
  }),
  readerCase(
    'accepts a notification with a known id without publishing it again',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const reader = await kit.reader(over, feed);
      const [id = ''] = await kit.publish(feed, { title: 'First' });
      const [last = ''] = await kit
        .publish(feed, { id, title: 'Second' }, { title: 'Third' })
        .then((ids) => ids.slice(1));
      await assertPushed(reader.inbox, feed, [id, last]);
    },
  ),
  readerCase('publishes a retraction at its own offset', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const reader = await kit.reader(over, feed);
    const [id = ''] = await kit.publish(feed, {});
    await kit.retract(feed, id);
    await assertPushed(reader.inbox, feed, [id, id]);
    const gone = pushedPublications(reader.inbox, feed)[1];
    assert.deepEqual(gone && { ...gone, offset: 0 }, {
      offset: 0,
      notification: null,
      id,
      gone: 'retracted',
    });
    const { data } = await reader.inbox.waitFor('retracted');
    assertMembers(data, { feed, ids: [id] });
  }),
  readerCase('serves retracted publications without content', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const before = await kit.page(feed);
    const [id = ''] = await kit.publish(feed, { title: 'Secret' });
    await kit.retract(feed, id);
    const page = firstPageOf(await kit.reader(over, feed, positionOf(before)), feed);
    assert.deepEqual(
      page.publications.map(({ notification }) => notification),
      [null, null],
    );
    assert.ok(!JSON.stringify(page).includes('Secret'));
  }),
  readerCase(
    'replaces the publication with the same collapse key, reports the replaced id and removes the old content',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const before = await kit.page(feed);
      const reader = await kit.reader(over, feed);
      const [oldId] = await kit.publish(feed, { collapseKey: 'k', title: 'Old' });
      const [newId] = await kit.publish(feed, { collapseKey: 'k', title: 'New' });
      await assertPushed(reader.inbox, feed, [oldId ?? '', newId ?? '']);
      assert.equal(pushedPublications(reader.inbox, feed)[1]?.replaces, oldId);
      const page = firstPageOf(await kit.reader(over, feed, positionOf(before)), feed);
      const [gone, live] = page.publications;
      assert.deepEqual([gone?.notification, gone && 'gone' in gone && gone.gone], [null, 'replaced']);
      assert.deepEqual([live?.notification?.title, live?.replaces], ['New', oldId]);
    },
  ),
  readerCase('serves expired publications without content', ['publish'], async (kit, over) => {
    const feed = kit.feed();
    const before = await kit.page(feed);
    await kit.publish(feed, { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    const page = firstPageOf(await kit.reader(over, feed, positionOf(before)), feed);
    const [gone] = page.publications;
    assert.deepEqual([gone?.notification, gone && 'gone' in gone && gone.gone], [null, 'expired']);
  }),
  readerCase(
    'starts a new epoch when a feed is erased and reports the erasure',
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      await kit.publishMany(feed, 2);
      const before = await kit.page(feed);
      await kit.erase(feed);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const page = firstPageOf(await kit.reader(over, feed, positionOf(before)), feed);
      assert.notEqual(page.epoch, before.epoch);
      assert.deepEqual([page.recovered, page.erased, page.publications], [false, true, []]);
    },
  ),
  readerCase("sends a feed's position at least every ten seconds", [], async (kit, over) => {
    const feed = kit.feed();
    const reader = await kit.reader(over, feed);
    const { epoch, offset } = firstPageOf(reader, feed);
    const { data } = await reader.inbox.waitFor('position', (data) => data['feed'] === feed, 12_000);
    assertMembers(data, { feed, epoch, offset });
  }),
  readerCase(
    "sends read marks to all of the reader's connections and no others",
    ['publish', 'open'],
    async (kit, over) => {
      const [feed, clientId] = [kit.feed(), kit.clientId()];
      await kit.publishMany(feed, 3);
      const ownReader = await kit.reader(over, feed, undefined, clientId);
      const other = await kit.reader(over, feed, undefined, kit.clientId());
      const marked = await kit.send('POST', '/app/notifications/read', { feed, offset: 2, clientId });
      assert.equal(marked.status, 204);
      const { data } = await ownReader.inbox.waitFor('read');
      assert.deepEqual([data['feed'], data['offset'], data['ids']], [feed, 2, []]);
      await kit.pause();
      assert.deepEqual(other.inbox.received('read'), []);
      const later = firstPageOf(await kit.reader(over, feed, undefined, clientId), feed);
      assertMembers(later.read, { offset: 2, ids: [] });
    },
  ),
  readerCase("sends mutes to all of the reader's connections", ['open'], async (kit, over) => {
    const [feed, clientId] = [kit.feed(), kit.clientId()];
    const reader = await kit.reader(over, feed, undefined, clientId);
    const body = { feeds: [feed], severities: ['info'], clientId };
    assert.equal((await kit.send('PUT', '/app/mutes', body)).status, 204);
    const { data } = await reader.inbox.waitFor('mutes');
    assertMembers(data, { feeds: [feed], severities: ['info'] });
  }),
  readerCase(
    "doesn't lose or duplicate publications for a reader that connects during a burst",
    ['publish'],
    async (kit, over) => {
      const feed = kit.feed();
      const before = await kit.page(feed);
      const publishing = Promise.all(Array.from({ length: 10 }, () => kit.publishMany(feed, 20)));
      const reader = await kit.reader(over, feed, positionOf(before));
      await publishing;
      const head = (await kit.page(feed, '&limit=1')).offset;
      const first = firstPageOf(reader, feed);
      // On a socket, publications in the response can also arrive as events, even repeatedly or before the response.
      const all = new Map(first.publications.map((publication) => [publication.offset, publication]));
      const collect = () => {
        for (const publication of pushedPublications(reader.inbox, feed))
          all.set(publication.offset, publication);
        return all.size;
      };
      await reader.inbox.waitUntil(() => collect() >= head - before.offset, `${head} publications`);
      const offsets = [...all.keys()].sort((a, b) => a - b);
      assert.deepEqual(
        offsets,
        Array.from({ length: head - before.offset }, (_, index) => before.offset + index + 1),
      );
      if (over === 'sse')
        assert.equal(first.publications.length + pushedPublications(reader.inbox, feed).length, all.size);
    },
  ),
];
