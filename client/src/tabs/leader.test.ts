import { MAX_REQUEST_BURST } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import type { ConnectionHooks } from '../connection/connection-types.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { Leader } from './leader.ts';
import type { TabMessage } from './messages.ts';

it('should reconnect once if multiple tabs report the same connection as stuck', () => {
  const reconnects: unknown[] = [];
  let hooks: ConnectionHooks | undefined;
  const leader = new Leader({
    ...{ id: 'leader', term: 1, presenter: undefined, lockOf: (tab) => tab },
    locks: { request: () => new Promise(() => undefined) },
    broadcast: () => undefined,
    patience: { failures: 0, max: 3 },
    surrender: () => undefined,
    connect: (connectionHooks) => {
      hooks = connectionHooks;
      const reconnect = (how: unknown): void => {
        reconnects.push(how);
        connectionHooks.disconnected();
      };
      return { socket: undefined, presents: () => true, reconnect, close: () => undefined };
    },
  });
  leader.start();
  const report = () => leader.handle({ type: 'stuck', to: 'leader', session: 1 });
  hooks?.connected({} as FeedSocket);
  leader.reconnect({ now: true });
  for (let tab = 0; tab < 3; tab++) report();
  expect(reconnects).toEqual([{ now: true }]);
  hooks?.connected({} as FeedSocket);
  report();
  expect(reconnects).toHaveLength(1);
  leader.handle({ type: 'stuck', to: 'leader', session: 2 });
  expect(reconnects).toEqual([{ now: true }, { now: false }]);
});

it('should refuse requests that the server would refuse, because the server counts refusals', () => {
  const messages: TabMessage[] = [];
  let forwarded = 0;
  let hooks: ConnectionHooks | undefined;
  const leader = new Leader({
    ...{ id: 'leader', term: 1, presenter: undefined, lockOf: (tab) => tab },
    locks: { request: () => new Promise(() => undefined) },
    broadcast: (message) => void messages.push(message),
    patience: { failures: 0, max: 3 },
    surrender: () => undefined,
    connect: (connectionHooks) => {
      hooks = connectionHooks;
      return { socket: undefined, presents: () => true, reconnect: () => undefined, close: () => undefined };
    },
  });
  const socket = { timeout: () => ({ emit: () => void forwarded++ }) } as unknown as FeedSocket;
  const subscribe = (session: number) =>
    leader.handle({
      ...{ type: 'ask', from: 'tab', to: 'leader', session, id: 1, event: 'subscribe' },
      request: { feed: 'all' },
    });
  leader.start();
  hooks?.connected(socket);
  for (let request = 0; request < MAX_REQUEST_BURST; request++) subscribe(1);
  const tooMany = { ok: false, error: { code: 'too_many_requests', temporary: true } };
  expect(messages).not.toContainEqual(expect.objectContaining({ type: 'answer' }));
  subscribe(1);
  expect(forwarded).toBe(MAX_REQUEST_BURST);
  expect(messages.at(-1)).toMatchObject({ type: 'answer', to: 'tab', answer: tooMany });
  hooks?.disconnected();
  hooks?.connected(socket);
  subscribe(2);
  expect(forwarded).toBe(MAX_REQUEST_BURST + 1);
});
