import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TabsFixture } from '../testing/tabs-fixture.ts';

let fixture: TabsFixture;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  fixture = new TabsFixture();
});
afterEach(() => {
  fixture.close();
  vi.useRealTimers();
});

describe('a tab without locks', () => {
  const openWithoutLocks = () => {
    const opened = fixture.open(['all']);
    const request = () => Promise.reject(new Error('no locks'));
    Object.assign(opened.tab, { locks: { request } });
    return opened;
  };

  it('should connect directly and disconnect when it closes', async () => {
    const { client, errors } = openWithoutLocks();
    await pass(1_000);
    expect(errors).toEqual(['no locks']);
    expect(client.status).toBe('live');
    client.close();
    expect(fixture.server.connections).toBe(0);
  });

  it('should not connect if an error listener closes it', async () => {
    const { client } = openWithoutLocks();
    client.on('error', () => client.close());
    await pass(1_000);
    expect(fixture.server.connections).toBe(0);
  });
});

it('should not request a new token after an error listener has closed the client', async () => {
  let calls = 0;
  const getToken = () => Promise.reject(new Error(`signed out ${++calls}`));
  const { client } = fixture.open(['all'], { getToken });
  client.on('error', () => client.close());
  await pass(60_000);
  expect(calls).toBe(1);
});

it('should not connect or call other listeners after a listener has closed the client', async () => {
  const calls: string[] = [];
  for (const event of ['presenting', 'status'] as const) {
    const { client } = fixture.open(['all']);
    for (const order of ['first', 'second'])
      client.on(event, () => {
        calls.push(`${event} ${order}`);
        client.close();
      });
    await pass(1_000);
    expect(fixture.server.connections).toBe(0);
  }
  fixture.server.close();
  await pass(100);
  expect(calls).toEqual(['presenting first', 'status first']);
  expect(vi.getTimerCount()).toBe(0);
});

it('should not call the status handler of a subscription that another handler has closed', async () => {
  const { client } = fixture.open([]);
  const calls: string[] = [];
  client.subscribe('all', {
    onStatus: (status) => {
      calls.push(`all ${status}`);
      other.close();
    },
  });
  const other = client.subscribe('topic:a', { onStatus: (status) => calls.push(`topic:a ${status}`) });
  await pass(1_000);
  expect(calls).toEqual(['all live']);
});

it('should leave no timers behind if a listener closes a tab that may show toasts as soon as it joins', async () => {
  const leader = fixture.open(['all']);
  await pass(1_000);
  const { tab, client } = fixture.open(['all']);
  tab.show(2);
  client.on('presenting', () => client.close());
  await pass(1_000);
  leader.client.close();
  fixture.server.close();
  await pass(100);
  expect(vi.getTimerCount()).toBe(0);
});

it('should resume leading after a script in another tab falsely claimed to lead', async () => {
  const { tab, client } = fixture.open(['all']);
  const open = vi.spyOn(tab, 'open');
  await pass(1_000);
  const [name = ''] = open.mock.calls[0] ?? [];
  const forger = fixture.browser.open();
  const state = { leader: 'forger', term: 1e308, session: undefined, presenter: 'forger' };
  forger.open(name, () => undefined).post({ type: 'state', state });
  await pass(1_000);
  expect(fixture.server.connections).toBe(1);
  fixture.server.cut();
  await pass(1_000);
  expect(client.status).toBe('live');
  expect(client.presenting).toBe(true);
});

it("should not match a former leader's late response to another request", async () => {
  const [former, tab] = [fixture.open(['all']), fixture.open(['all']), fixture.open(['all'])];
  await pass(1_000);
  for (const feed of ['topic:a', 'topic:b']) fixture.server.publish(feed, 3);
  tab.subscribe('topic:a');
  tab.subscribe('topic:b');
  await pass(1);
  former.tab.freeze();
  expect(fixture.server.requests).toContain('subscribe topic:b');
  expect(tab.shown.get('topic:b')).toEqual([]);
  tab.unsubscribe('topic:a');
  fixture.server.requests = [];
  while (!fixture.server.requests.includes('subscribe topic:b')) await pass(1);
  former.tab.thaw();
  await pass(5_000);
  expect(tab.shown.get('topic:b')).toEqual(fixture.server.ids('topic:b'));
});
