import { strict as assert } from 'node:assert';
import { MAX_FEEDS_PER_CONNECTION, problemSchema } from '@tocsin/contracts';
import { streamCase, type Case } from '../case.ts';
import { assertPushed, idsOf, pageOf, pushedPublications, type Kit } from '../kit.ts';

const queryOf = (...feeds: string[]): string =>
  `?${feeds.map((feed) => `feed=${encodeURIComponent(feed)}`).join('&')}`;

async function assertRefused(
  kit: Kit,
  query: string,
  headers: Record<string, string>,
  status = 400,
): Promise<void> {
  const { response } = await kit.stream(query, headers);
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(problemSchema.parse(await response.json()).status, status);
}

const refusalCase = (name: string, query: string, headers: Record<string, string> = {}): Case =>
  streamCase(`rejects ${name} with a problem document`, [], (kit) => assertRefused(kit, query, headers));

const tooManyFeeds = Array.from(
  { length: MAX_FEEDS_PER_CONNECTION + 1 },
  (_, index) => `topic:conformance-${index}`,
);

/** Rules for server-sent events. */
export const STREAM: readonly Case[] = [
  refusalCase('an invalid feed name', '?feed=everything'),
  refusalCase('a repeated feed', '?feed=all&feed=all'),
  refusalCase('a token in the URL', '?feed=all&token=secret'),
  refusalCase('invalid UTF-8', '?feed=user:%ff'),
  refusalCase('more feeds than a connection can have', queryOf(...tooManyFeeds)),
  refusalCase('an invalid event id', '', { 'last-event-id': '12' }),
  refusalCase('an invalid event id as a parameter', '?lastEventId=all'),
  streamCase('serves an event stream and forbids caching it', [], async (kit) => {
    const { response } = await kit.stream(queryOf(kit.feed()));
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  }),
  streamCase('responds to HEAD with only the headers and rejects other methods', [], async (kit) => {
    const path = `/app/stream${queryOf(kit.feed())}`;
    const head = await kit.get(path, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    const post = await kit.get(path, { method: 'POST' });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
  }),
  streamCase('sends the reconnection delay', [], async (kit) => {
    const stream = await kit.stream(queryOf(kit.feed()));
    await stream.inbox.waitFor('subscribed');
    assert.ok(stream.otherLines.some((line) => /^retry: ?\d+$/.test(line)));
  }),
  streamCase('sets each event’s id to the position after the event', ['publish'], async (kit) => {
    const feed = kit.feed();
    const stream = await kit.stream(queryOf(feed));
    const { epoch, offset } = pageOf((await stream.inbox.waitFor('subscribed')).data);
    const ids = [...(await kit.publish(feed, {})), ...(await kit.publish(feed, {}))];
    await assertPushed(stream.inbox, feed, ids);
    const eventIds = stream.inbox.all.filter(({ id }) => id !== undefined).map(({ id }) => id);
    assert.equal(eventIds[0], `${feed}=${epoch}:${offset}`);
    assert.equal(eventIds.at(-1), `${feed}=${epoch}:${offset + 2}`);
  }),
  streamCase('resumes after each of its event ids', ['publish'], async (kit) => {
    const feed = kit.feed();
    const stream = await kit.stream(queryOf(feed));
    await stream.inbox.waitFor('subscribed');
    const ids: string[] = [];
    for (let count = 0; count < 4; count++) ids.push(...(await kit.publish(feed, {})));
    await assertPushed(stream.inbox, feed, ids);
    const events = stream.inbox.all.filter(({ id }) => id !== undefined);
    for (const [count, { id = '' }] of events.entries()) {
      const resumed = await kit.stream(queryOf(feed), { 'last-event-id': id });
      const page = pageOf((await resumed.inbox.waitFor('subscribed')).data);
      assert.deepEqual([page.recovered, idsOf(page.publications)], [true, ids.slice(count)]);
      resumed.close();
    }
  }),
  streamCase(
    'accepts the event id as a query parameter but prefers the header if both are given',
    ['publish'],
    async (kit) => {
      const feed = kit.feed();
      const { epoch } = await kit.page(feed);
      const ids = await kit.publishMany(feed, 3);
      const at = (offset: number) => `${feed}=${epoch}:${offset}`;
      const query = `${queryOf(feed)}&lastEventId=${encodeURIComponent(at(1))}`;
      for (const [headers, rest] of [
        [{}, ids.slice(1)],
        [{ 'last-event-id': at(2) }, ids.slice(2)],
      ] as const) {
        const stream = await kit.stream(query, headers);
        assert.deepEqual(idsOf(pageOf((await stream.inbox.waitFor('subscribed')).data).publications), rest);
      }
    },
  ),
  streamCase('serves multiple feeds and recovers each from its own position', ['publish'], async (kit) => {
    const [feedA, feedB] = [kit.feed(), kit.feed()];
    const stream = await kit.stream(queryOf(feedA, feedB));
    for (const feed of [feedA, feedB])
      await stream.inbox.waitFor('subscribed', (data) => data['feed'] === feed);
    await assertPushed(stream.inbox, feedA, await kit.publish(feedA, {}));
    await assertPushed(stream.inbox, feedB, await kit.publish(feedB, {}));
    const id = stream.inbox.all.findLast((event) => event.id !== undefined)?.id ?? '';
    stream.close();
    const missed = await kit.publish(feedB, {});
    const resumed = await kit.stream(queryOf(feedB, feedA), { 'last-event-id': id });
    const pageFor = async (feed: string) =>
      pageOf((await resumed.inbox.waitFor('subscribed', (data) => data['feed'] === feed)).data);
    assert.deepEqual(idsOf((await pageFor(feedA)).publications), []);
    assert.deepEqual(idsOf((await pageFor(feedB)).publications), missed);
  }),
  streamCase("starts at a feed's head if the event id doesn't mention the feed", ['publish'], async (kit) => {
    const [feedA, feedB] = [kit.feed(), kit.feed()];
    await kit.publish(feedB, {});
    const { epoch, offset } = await kit.page(feedA);
    const id = `${feedA}=${epoch}:${offset}`;
    const stream = await kit.stream(queryOf(feedA, feedB), { 'last-event-id': id });
    const { data } = await stream.inbox.waitFor('subscribed', (data) => data['feed'] === feedB);
    assert.deepEqual([data['recovered'], data['offset'], data['publications']], [true, 1, []]);
  }),
  streamCase('continues after the first page without another request', ['publish'], async (kit) => {
    const feed = kit.feed();
    const { epoch, offset } = await kit.page(feed);
    const ids = [...(await kit.publishMany(feed, 600)), ...(await kit.publishMany(feed, 600))];
    const stream = await kit.stream(queryOf(feed), { 'last-event-id': `${feed}=${epoch}:${offset}` });
    const page = pageOf((await stream.inbox.waitFor('subscribed')).data);
    assert.equal(page.more, true);
    const left = ids.length - page.publications.length;
    await stream.inbox.waitUntil(
      () => pushedPublications(stream.inbox, feed).length >= left,
      `${left} publications`,
    );
    assert.deepEqual(idsOf([...page.publications, ...pushedPublications(stream.inbox, feed)]), ids);
  }),
];
