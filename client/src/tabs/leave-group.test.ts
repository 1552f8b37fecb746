import { MAX_FEEDS_PER_CONNECTION } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TabsFixture } from '../testing/tabs-fixture.ts';

let fixture: TabsFixture;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const tokenOf = (claims: object) => `h.${btoa(JSON.stringify(claims))}.s`;

beforeEach(() => {
  vi.useFakeTimers();
  fixture = new TabsFixture();
});
afterEach(() => {
  fixture.close();
  vi.useRealTimers();
});

it.each([undefined, { group: 'one' }])(
  "should connect separately if a feed is refused because of another tab's token: %o",
  async (tabs) => {
    const tokens = [[], ['a', 'b*']].map((feeds) => tokenOf({ sub: 'one', feeds }));
    fixture.server.permits = (token, feed) => feed === 'all' || token === tokens[1];
    const open = (index: number) =>
      fixture.open(['all', 'topic:a'], { getToken: () => tokens[index] ?? '', ...(tabs && { tabs }) });
    const first = open(1);
    await pass(1_000);
    open(0);
    await pass(1_000);
    expect(fixture.server.connections, "the leader's token permits all feeds").toBe(1);
    first.close();
    await pass(1_000);
    const [, newLeader] = fixture.tabs;
    expect(newLeader?.client.status).toBe('live');
    const [permitted, denied] = [open(1), open(0)];
    permitted.subscribe('topic:bc');
    await pass(1_000);
    fixture.server.publish('topic:a');
    fixture.server.publish('topic:bc');
    await pass(100);
    expect(fixture.server.connections).toBe(2);
    expect(permitted.shown.get('topic:a')).toEqual(fixture.server.ids('topic:a'));
    expect(permitted.shown.get('topic:bc')).toEqual(fixture.server.ids('topic:bc'));
    expect(denied.shown.get('topic:a'), "a refusal is final if the tab's own token doesn't help").toEqual([]);
    for (const { client } of [permitted, denied]) expect(client.status).toBe('live');
  },
);

it("should not leave the group for a refused feed that only another reader's token permits", async () => {
  fixture.server.permits = (_token, feed) => feed === 'all';
  let sub = 'one';
  const getToken = () => tokenOf({ sub, feeds: ['*'] });
  for (let tab = 0; tab < 2; tab++) fixture.open(['all'], { getToken });
  await pass(1_000);
  sub = 'two';
  fixture.tabs[1]?.subscribe('topic:a');
  await pass(1_000);
  expect(fixture.server.connections).toBe(1);
});

it.each([0, 1])(
  "should connect separately if a feed is refused because of the other tab's feeds: tab %i",
  async (index) => {
    fixture.server.maxFeeds = 3;
    const tabs = [fixture.open(['all', 'topic:a']), fixture.open(['all', 'topic:b'])];
    await pass(1_000);
    expect(fixture.server.connections).toBe(1);
    const tab = tabs[index];
    tab?.subscribe('topic:c');
    await pass(5_000);
    fixture.server.publish('topic:c');
    fixture.server.publish('all');
    await pass(100);
    expect(tab?.shown.get('topic:c')).toEqual(fixture.server.ids('topic:c'));
    expect(fixture.server.connections).toBe(2);
    for (const { client, shown, errors } of tabs) {
      expect(client.status).toBe('live');
      expect(shown.get('all')).toEqual(fixture.server.ids('all'));
      expect(errors).toEqual([]);
    }
  },
);

describe('a tab whose own feeds reach a connection’s limit', () => {
  const feeds = Array.from({ length: MAX_FEEDS_PER_CONNECTION + 2 }, (_, n) => `topic:${n}`);
  beforeEach(() => {
    fixture.server.maxFeeds = MAX_FEEDS_PER_CONNECTION;
  });

  it('should stay in the group if it would have too many feeds even with its own connection', async () => {
    for (let tab = 0; tab < 2; tab++) fixture.open(feeds);
    await pass(60_000);
    expect(fixture.server.connections).toBe(1);
    for (const feed of feeds.slice(-2))
      expect(fixture.server.requests.filter((request) => request === `subscribe ${feed}`)).toHaveLength(2);
  });

  it("should stay in the group while the server cannot read one of the tab's feeds", async () => {
    const [unavailable = '', ...others] = feeds.slice(0, -2);
    fixture.server.unavailable.add(unavailable);
    fixture.open(others);
    const tab = fixture.open([...others, unavailable]);
    await pass(100);
    tab.subscribe('topic:more');
    await pass(5_000);
    expect(fixture.server.connections).toBe(1);
  });

  it("should connect separately if other tabs' feeds leave no room for its own", async () => {
    fixture.open(['all', 'topic:a', 'topic:b', 'topic:c']);
    await pass(1_000);
    const tab = fixture.open(feeds);
    await pass(60_000);
    expect(fixture.server.connections).toBe(2);
    for (const feed of feeds) fixture.server.publish(feed);
    await pass(100);
    expect([...tab.shown.values()].filter((ids) => ids.length > 0)).toHaveLength(MAX_FEEDS_PER_CONNECTION);
  });

  it('should connect separately if its feeds fit its own connection, not counting feeds it has closed', async () => {
    fixture.open(['all', 'topic:a', 'topic:b', 'topic:c']);
    const tab = fixture.open(feeds.slice(0, -6));
    await pass(1_000);
    for (const feed of feeds.slice(0, 4)) tab.unsubscribe(feed);
    for (const feed of feeds.slice(-6, -1)) tab.subscribe(feed);
    await pass(5_000);
    expect(fixture.server.connections).toBe(2);
    expect(tab.errors).toEqual([]);
  });
});
