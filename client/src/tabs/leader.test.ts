import { expect, it } from 'vitest';
import type { ConnectionHooks } from '../connection/connection-types.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { Leader } from './leader.ts';

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
