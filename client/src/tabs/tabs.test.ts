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

describe('tabs', () => {
  it('should share a connection', async () => {
    const tabs = Array.from({ length: 5 }, () => fixture.open(['all']));
    await pass(1_000);
    fixture.server.publish('all', 30);
    await pass(1_000);
    expect(fixture.server.connections).toBe(1);
    for (const { client, shown, statuses } of tabs) {
      expect(shown.get('all')).toEqual(fixture.server.ids('all'));
      expect(client.status).toBe('live');
      expect(statuses).toEqual(['live']);
    }
  });

  it('should stay subscribed to a feed as long as any tab needs it', async () => {
    fixture.open(['all']);
    await pass(1_000);
    const [first, second] = [fixture.open(['topic:a']), fixture.open(['topic:a'])];
    await pass(1_000);
    fixture.server.publish('topic:a', 3);
    await pass(100);
    expect(first.shown.get('topic:a')).toHaveLength(3);
    first.unsubscribe('topic:a');
    await pass(100);
    expect([...fixture.server.subscribedFeeds]).toEqual(['all', 'topic:a']);
    second.close({ killed: true });
    await pass(100);
    expect([...fixture.server.subscribedFeeds]).toEqual(['all']);
  });

  it.each([{ killed: false }, { killed: true }])(
    'should not lose or duplicate notifications or look disconnected if the leader disappears during a burst: %o',
    async (how) => {
      const [leader, ...others] = Array.from({ length: 4 }, () => fixture.open(['all', 'topic:a']));
      await pass(1_000);
      for (let round = 0; round < 20; round++) {
        fixture.server.publish('all', 10);
        await pass(3);
        if (round === 10) leader?.close(how);
      }
      await pass(2_000);
      expect(fixture.server.connections).toBe(1);
      for (const { shown, statuses, client } of others) {
        expect(shown.get('all')).toEqual(fixture.server.ids('all'));
        expect(statuses).toEqual(['live']);
        expect(client.status).toBe('live');
      }
    },
  );

  it('should take over from a frozen leader, which becomes a follower when it wakes up', async () => {
    const [leader, ...others] = Array.from({ length: 3 }, () => fixture.open(['all']));
    await pass(1_000);
    leader?.tab.freeze();
    fixture.server.publish('all', 50);
    await pass(12_000);
    for (const { shown } of others) expect(shown.get('all')).toEqual(fixture.server.ids('all'));
    fixture.server.publish('all', 50);
    leader?.tab.thaw();
    await pass(5_000);
    fixture.server.publish('all');
    await pass(100);
    expect(fixture.server.connections).toBe(1);
    for (const { shown, client } of fixture.tabs) {
      expect(shown.get('all')).toEqual(fixture.server.ids('all'));
      expect(client.status).toBe('live');
    }
  });

  it('should report a lost connection in every tab and recover', async () => {
    const tabs = Array.from({ length: 3 }, () => fixture.open(['all']));
    await pass(1_000);
    fixture.server.cut();
    fixture.server.publish('all', 25);
    await pass(1_000);
    for (const { statuses, shown } of tabs) {
      expect(statuses).toEqual(['live', 'reconnecting', 'live']);
      expect(shown.get('all')).toHaveLength(25);
    }
  });

  it('should connect separately if they have different or unknown readers, or different servers', async () => {
    const reader = (claims: object) => fixture.open(['all'], { getToken: () => tokenOf(claims) });
    reader({ iss: 'i', sub: 'one' });
    reader({ iss: 'i', sub: 'one', exp: 1 });
    await pass(1_000);
    expect(fixture.server.connections).toBe(1);
    reader({ iss: 'i', sub: 'two' });
    reader({ iss: 'j', sub: 'one' });
    fixture.open(['all']);
    fixture.open(['all'], { url: 'https://other.example' });
    fixture.open(['all'], { clientId: 'c' });
    fixture.open(['all'], { getToken: () => 'opaque' });
    fixture.open(['all'], { getToken: () => 'opaque' });
    fixture.open(['all'], { tabs: false });
    await pass(1_000);
    expect(fixture.server.connections).toBe(9);
    fixture.open(['all'], { getToken: () => 'opaque', tabs: { group: 'one' } });
    fixture.open(['all'], { getToken: () => 'other', tabs: { group: 'one' } });
    await pass(1_000);
    expect(fixture.server.connections).toBe(10);
  });

  it("should not use another reader's token for the shared connection", async () => {
    let sub = 'one';
    const getTokens: unknown[] = [];
    const tab = fixture.open(['all'], { getToken: () => tokenOf({ sub }) }, (options) =>
      getTokens.push(options.getToken),
    );
    await pass(1_000);
    const [getToken] = getTokens as (() => Promise<string>)[];
    expect(await getToken?.()).toBe(tokenOf({ sub }));
    sub = 'two';
    await expect(getToken?.()).rejects.toThrow('another reader');
    expect(tab.client.status).toBe('live');
  });

  it('should retry getToken after it rejects', async () => {
    let calls = 0;
    const getToken = () =>
      calls++ === 0 ? Promise.reject(new Error('later')) : Promise.resolve(tokenOf({ sub: 'one' }));
    const tab = fixture.open(['all'], { getToken });
    await pass(1_000);
    expect(tab.errors).toEqual(["Couldn't get a token: later"]);
    expect(tab.client.status).toBe('live');
  });

  it('should let another tab lead if the leader cannot get a token', async () => {
    const tabs = { group: 'one' };
    const connecting = vi.fn();
    const signedOut = () => Promise.reject(new Error('signed out'));
    const leader = fixture.open(['all'], { getToken: signedOut, tabs }, connecting);
    await pass(5_000);
    // A single tab keeps trying with the same connection.
    expect(connecting).toHaveBeenCalledOnce();
    expect(leader.errors.length).toBeGreaterThan(3);
    fixture.open(['all'], { getToken: signedOut, tabs });
    fixture.open(['all'], { getToken: () => 'token', tabs });
    await pass(10_000);
    fixture.server.publish('all');
    await pass(100);
    expect(fixture.server.connections).toBe(1);
    for (const { client, shown } of fixture.tabs) {
      expect(client.status).toBe('live');
      expect(shown.get('all')).toEqual(fixture.server.ids('all'));
    }
  });

  it('should take turns leading, less and less often, while no tab can get a token', async () => {
    let getToken = () => Promise.reject<string>(new Error('signed out'));
    const connecting = vi.fn();
    const options = { getToken: () => getToken(), tabs: { group: 'one' } };
    for (let tab = 0; tab < 2; tab++) fixture.open(['all'], options, connecting);
    await pass(60_000);
    expect(connecting.mock.calls.length).toBeGreaterThan(4);
    expect(connecting.mock.calls.length).toBeLessThan(30);
    getToken = () => Promise.resolve('token');
    await pass(1_000);
    for (const { client } of fixture.tabs) expect(client.status).toBe('live');
    expect(fixture.server.connections).toBe(1);
  });

  it('should leave no timers or locks behind after close', async () => {
    const tabs = Array.from({ length: 3 }, () => fixture.open(['all']));
    await pass(1_000);
    fixture.server.close();
    for (const { client } of tabs) client.close();
    await pass(50);
    expect(vi.getTimerCount()).toBe(0);
    const next = fixture.open(['all']);
    await pass(100);
    expect(next.client.status).toBe('live');
  });
});

describe('the presenting tab', () => {
  const presenting = () => fixture.openTabs.filter(({ client }) => client.presenting);

  it('should be the focused tab, otherwise the latest visible tab, otherwise any tab', async () => {
    const [first, second, third] = [fixture.open(['all']), fixture.open(['all']), fixture.open(['all'])];
    await pass(1_000);
    expect(presenting()).toHaveLength(1);
    second.tab.show(1);
    await pass(10);
    expect(presenting()).toEqual([second]);
    third.tab.show(1);
    await pass(10);
    expect(presenting()).toEqual([third]);
    second.tab.show(2);
    await pass(10);
    expect(presenting()).toEqual([second]);
    second.tab.show(0);
    await pass(10);
    expect(presenting()).toEqual([third]);
    first.close();
    await pass(1_000);
    expect(presenting()).toEqual([third]);
    third.close({ killed: true });
    await pass(1_000);
    expect(presenting()).toEqual([second]);
  });

  it('should change without losing or repeating a toast, and be reported to listeners', async () => {
    const tabs = Array.from({ length: 4 }, () => fixture.open(['all']));
    const reported: boolean[] = [];
    tabs[1]?.client.on('presenting', (now) => reported.push(now));
    await pass(1_000);
    for (let round = 0; round < 40; round++) {
      tabs[round % 4]?.tab.show(2);
      fixture.server.publish('all', 2);
      await pass(1);
      tabs[(round + 1) % 4]?.tab.show(1);
    }
    await pass(1_000);
    expect(tabs.flatMap(({ presented }) => presented).sort()).toEqual(fixture.server.ids('all').sort());
    expect(reported.slice(0, 2)).toEqual([true, false]);
  });

  it("should be chosen for each feed among the feed's subscribers, also after a reconnect", async () => {
    const [orders, news] = [fixture.open(['all', 'topic:orders']), fixture.open(['all'])];
    await pass(1_000);
    news.tab.show(2);
    const publish = async (): Promise<void> => {
      await pass(1_000);
      for (const feed of ['all', 'topic:orders']) fixture.server.publish(feed);
      await pass(1_000);
    };
    await publish();
    fixture.server.cut();
    await publish();
    expect(orders.presented).toEqual(fixture.server.ids('topic:orders'));
    expect(news.presented).toEqual(fixture.server.ids('all'));
    news.subscribe('topic:orders');
    await publish();
    news.unsubscribe('topic:orders');
    await publish();
    const presented = [...orders.presented, ...news.presented];
    expect(presented.sort()).toEqual(
      [...fixture.server.ids('all'), ...fixture.server.ids('topic:orders')].sort(),
    );
    expect(orders.presented).toHaveLength(3);
    news.close({ killed: true });
    await publish();
    expect(orders.presented).toHaveLength(5);
  });
});
