import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { TabsFixture } from '../testing/tabs-fixture.ts';
import { unsubscribe } from './unsubscribe.ts';

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

describe.each([{ tabs: false }, { tabs: true }])('a refused unsubscribe request: %o', (options) => {
  const open = async () => {
    const tab = fixture.open(['all', 'topic:a'], options);
    await pass(1_000);
    fixture.server.unsubscribesToRefuse = 2;
    tab.unsubscribe('topic:a');
    await pass(100);
    expect([...fixture.server.subscribedFeeds]).toEqual(['all', 'topic:a']);
    return tab;
  };

  it('should be repeated until it succeeds', async () => {
    const { errors } = await open();
    await pass(5_000);
    expect([...fixture.server.subscribedFeeds]).toEqual(['all']);
    expect(errors).toEqual(['too_many_requests', 'too_many_requests']);
    expect(fixture.server.unsubscribesToRefuse).toBe(-1);
  });

  it('should not be repeated after the feed is subscribed to again', async () => {
    const tab = await open();
    tab.subscribe('topic:a');
    await pass(5_000);
    expect([...fixture.server.subscribedFeeds]).toEqual(['all', 'topic:a']);
    expect(fixture.server.unsubscribesToRefuse).toBe(1);
  });

  it('should not be repeated on another connection or after the client is closed', async () => {
    const tab = await open();
    fixture.server.cut();
    await pass(5_000);
    expect(fixture.server.unsubscribesToRefuse).toBe(1);
    tab.unsubscribe('all');
    await pass(100);
    tab.close();
    await pass(5_000);
    expect(fixture.server.unsubscribesToRefuse).toBe(0);
  });
});

it('should not be repeated after a malformed response, which another attempt would not change', async () => {
  const acknowledge = vi.fn((_event: string, _request: unknown, callback: (response: unknown) => void) => {
    callback(undefined);
  });
  const [report, signal] = [vi.fn(), new AbortController().signal];
  const socket = { emit: acknowledge } as unknown as FeedSocket;
  unsubscribe(socket, 'all', { isNeeded: () => true, report, signal, random: () => 0.5 });
  await pass(60_000);
  expect(report.mock.calls).toEqual([[expect.objectContaining({ code: 'malformed' })]]);
  expect(acknowledge).toHaveBeenCalledTimes(1);
});

it('the leader should repeat refused unsubscribe requests of a closed tab, unless another tab needs the feed', async () => {
  const [leader, tab] = [fixture.open(['all']), fixture.open(['topic:a', 'topic:b'])];
  await pass(1_000);
  fixture.server.unsubscribesToRefuse = 2;
  tab.close({ killed: true });
  await pass(100);
  leader.subscribe('topic:b');
  await pass(5_000);
  expect([...fixture.server.subscribedFeeds]).toEqual(['all', 'topic:b']);
});
