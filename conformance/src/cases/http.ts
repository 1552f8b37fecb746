import { strict as assert } from 'node:assert';
import { problemSchema } from '@tocsin/contracts';
import { httpCase, type Case } from '../case.ts';
import { assertContiguous, assertMembers, idsOf, type Kit } from '../kit.ts';

async function problemOf(response: Response, status: number) {
  assert.equal(response.status, status);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  return problemSchema.parse(await response.json());
}

const refusalCase = (name: string, query: string, paths: readonly string[]): Case =>
  httpCase(`rejects ${name} and lists every error`, [], async (kit) => {
    const problem = await problemOf(await kit.get(`/app/notifications?${query}`), 400);
    assert.deepEqual(problem.errors?.map(({ path }) => path).sort(), [...paths].sort());
  });

async function createFilledFeed(kit: Kit): Promise<{ feed: string; ids: string[]; epochQuery: string }> {
  const feed = kit.feed();
  const ids = await kit.publishMany(feed, 70);
  const { epoch } = await kit.page(feed);
  return { feed, ids, epochQuery: `&epoch=${encodeURIComponent(epoch)}` };
}

const engineIoCase = (name: string, query: string, status = 400): Case =>
  httpCase(`rejects ${name}`, [], async (kit) => {
    await problemOf(await kit.get(`/hubs/?${query}`), status);
  });

/** Rules for pages, marks, mutes and invalid requests. */
export const HTTP: readonly Case[] = [
  refusalCase('a limit above 200', 'limit=201', ['limit']),
  refusalCase('an invalid limit and an invalid feed', 'limit=x&feed=none', ['feed', 'limit']),
  refusalCase('an epoch without a position', 'epoch=1-x', ['epoch']),
  refusalCase('a position without an epoch', 'after=1', ['epoch']),
  refusalCase('after and before together', 'epoch=1-x&after=1&before=9', ['before']),
  refusalCase('a repeated parameter', 'feed=all&feed=topic:x', ['feed']),
  refusalCase('an unknown parameter', 'feed=all&fed=x', ['fed']),
  engineIoCase('an older engine.io protocol version', 'EIO=3&transport=polling'),
  engineIoCase('an unknown transport', 'EIO=4&transport=smoke-signals'),
  engineIoCase('a token in the URL of a socket', 'EIO=4&transport=polling&token=secret'),
  engineIoCase('JSONP', 'EIO=4&transport=polling&j=0'),
  httpCase('serves the newest page in ascending order', ['publish'], async (kit) => {
    const { feed, ids } = await createFilledFeed(kit);
    const page = await kit.page(feed);
    assert.deepEqual(idsOf(page.publications), ids.slice(-50));
    assert.deepEqual([page.offset, page.recovered], [70, true]);
    assertContiguous(page.publications);
  }),
  httpCase('serves the publications after a position', ['publish'], async (kit) => {
    const { feed, ids, epochQuery } = await createFilledFeed(kit);
    const page = await kit.page(feed, `${epochQuery}&after=10&limit=20`);
    assert.deepEqual(idsOf(page.publications), ids.slice(10, 30));
    assert.deepEqual([page.offset, page.more], [30, true]);
  }),
  httpCase(
    'serves the publications before a position and reports whether there are more',
    ['publish'],
    async (kit) => {
      const { feed, ids, epochQuery } = await createFilledFeed(kit);
      const page = await kit.page(feed, `${epochQuery}&before=31&limit=20`);
      assert.deepEqual(idsOf(page.publications), ids.slice(10, 30));
      assert.equal(page.more, true);
      const first = await kit.page(feed, `${epochQuery}&before=11&limit=20`);
      assert.deepEqual([idsOf(first.publications), first.more], [ids.slice(0, 10), false]);
    },
  ),
  httpCase("reports that it can't continue from a position in another epoch", ['publish'], async (kit) => {
    const { feed, ids } = await createFilledFeed(kit);
    const page = await kit.page(feed, '&epoch=conformance&after=3');
    assert.equal(page.recovered, false);
    assert.deepEqual(idsOf(page.publications), ids.slice(-page.publications.length));
  }),
  httpCase('returns an empty page for a feed without publications', [], async (kit) => {
    const page = await kit.page(kit.feed());
    assert.deepEqual([page.offset, page.recovered, page.more, page.publications], [0, true, false, []]);
  }),
  httpCase('forbids caching pages', [], async (kit) => {
    const response = await kit.get('/app/notifications');
    assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  }),
  httpCase('counts unread publications', ['publish', 'open'], async (kit) => {
    const [feed, clientId] = [kit.feed(), kit.clientId()];
    await kit.publishMany(feed, 5);
    assert.equal(
      (await kit.send('POST', '/app/notifications/read', { feed, offset: 3, clientId })).status,
      204,
    );
    const response = await kit.get(`/app/unread?feed=${feed}&clientId=${clientId}`);
    const counts = (await response.json()) as { feeds: unknown[] };
    assertMembers(counts, { total: 2, more: false });
    assertMembers(counts.feeds[0], { feed, unread: 2, more: false });
  }),
  httpCase('stores mutes', ['open'], async (kit) => {
    const mutes = { feeds: [kit.feed()], severities: ['warning'] };
    const clientId = kit.clientId();
    assert.equal((await kit.send('PUT', '/app/mutes', { ...mutes, clientId })).status, 204);
    assertMembers(await (await kit.get(`/app/mutes?clientId=${clientId}`)).json(), mutes);
  }),
  httpCase('rejects a read mark without an offset or ids', [], async (kit) => {
    const problem = await problemOf(await kit.send('POST', '/app/notifications/read', { feed: 'all' }), 400);
    assert.deepEqual(
      problem.errors?.map(({ path }) => path),
      ['offset'],
    );
  }),
  httpCase('responds to unknown paths and unsupported methods with a problem document', [], async (kit) => {
    await problemOf(await kit.get('/app/nothing'), 404);
    const response = await kit.get('/app/notifications', { method: 'DELETE' });
    assert.match(response.headers.get('allow') ?? '', /GET/);
    await problemOf(response, 405);
  }),
];
