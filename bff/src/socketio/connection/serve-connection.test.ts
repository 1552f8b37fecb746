import { SECRETS } from '@tocsin/contracts';
import { io } from 'socket.io-client';
import { afterEach, expect, it, vi } from 'vitest';
import { AcknowledgedPublications } from '../../connect/acknowledged.ts';
import { SnoozeTimers } from '../../readers/inbox/snooze-timers.ts';
import { SECRET, secretToken } from '../../../testing/forge.ts';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

let bff: ServedBff | undefined;
afterEach(() => bff?.stop());
afterEach(() => vi.restoreAllMocks());

it('should stay subscribed to a feed if unsubscribe and subscribe arrive in the same message', async () => {
  bff = await serveBff({ AUTH_MODE: 'jwt' }, { [SECRETS.jwt.name]: SECRET });
  const tokenFor = (feeds: string[]) => secretToken({ sub: 'ada', feeds });
  const socket = io(bff.url, {
    ...{ path: '/hubs', transports: ['polling'], forceNew: true, reconnection: false },
    auth: { token: tokenFor(['a']) },
  });
  try {
    const reasons: unknown[] = [];
    socket.on('closing', (reason: unknown) => reasons.push(reason));
    await bff.handshake(socket);
    expect(await bff.subscribe(socket, 'topic:a')).toMatchObject({ ok: true });
    // While the first request is being sent, the other requests wait, and then share a message.
    socket.emit('unsubscribe', { feed: 'all' }, () => undefined);
    socket.emit('unsubscribe', { feed: 'topic:a' }, () => undefined);
    expect(await bff.subscribe(socket, 'topic:a')).toMatchObject({ ok: true });
    expect(await bff.renew(socket, tokenFor([]))).toEqual({ ok: true });
    // The event precedes the acknowledgement.
    expect(reasons).toMatchObject([{ code: 'forbidden' }]);
  } finally {
    socket.close();
  }
});

it('should stop tracking feeds if the client unsubscribes before the subscribe request is answered', async () => {
  const trackedFeeds = new Set<string>();
  vi.spyOn(AcknowledgedPublications.prototype, 'subscribed').mockImplementation(
    (feed) => void trackedFeeds.add(feed),
  );
  vi.spyOn(AcknowledgedPublications.prototype, 'unsubscribed').mockImplementation(
    (feed) => void trackedFeeds.delete(feed),
  );
  bff = await serveBff({});
  const socket = await bff.connect('');
  const feeds = Array.from({ length: 10 }, (_, i) => `topic:${i}`);
  const answers = feeds.flatMap((feed) =>
    ['subscribe', 'unsubscribe'].map((name) => socket.timeout(20_000).emitWithAck(name, { feed })),
  );
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ ok: true });
  expect(trackedFeeds).toEqual(new Set());
  expect(await bff.subscribe(socket, 'topic:kept')).toMatchObject({ ok: true });
  expect(trackedFeeds).toEqual(new Set(['topic:kept']));
});

it('should report that a reader joined when a connection opens and each time it subscribes to another feed', async () => {
  const joined = vi.spyOn(SnoozeTimers.prototype, 'joined');
  bff = await serveBff({});
  const socket = await bff.connect('');
  expect(joined).toHaveBeenCalledTimes(1);
  for (const feed of ['topic:a', 'topic:a', 'topic:b']) await bff.subscribe(socket, feed);
  expect(joined).toHaveBeenCalledTimes(3);
  await socket.timeout(5_000).emitWithAck('unsubscribe', { feed: 'topic:a' });
  await bff.subscribe(socket, 'topic:a');
  expect(joined).toHaveBeenCalledTimes(4);
});
