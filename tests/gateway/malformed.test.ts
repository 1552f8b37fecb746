import {
  MAX_INVALID_REQUESTS_PER_MINUTE,
  MAX_REFUSED_REQUESTS_PER_MINUTE,
  MAX_REQUEST_BURST,
} from '@tocsin/contracts';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';
import { connectTo, untilDisconnected, sendFrame, sendRaw } from '../support/network/sockets.ts';

const KIB = 1024;
let bff: BffProcess;
let witness: Socket;
const sockets: Socket[] = [];

beforeAll(async () => {
  bff = await BffProcess.start();
  witness = await connectTo(bff.url);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  expect(await subscribe(witness)).toMatchObject({ ok: true });
  expect(witness.connected).toBe(true);
});
afterAll(async () => {
  witness.close();
  await bff.stop();
});

const subscribe = (socket: Socket, feed = 'all'): Promise<unknown> =>
  socket.timeout(10_000).emitWithAck('subscribe', { feed });

async function connectHostile(transport?: 'polling'): Promise<Socket> {
  const socket = await connectTo(bff.url, transport);
  sockets.push(socket);
  return socket;
}

const nest = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

describe('an invalid packet', () => {
  it.each([
    ['an unknown type', '9'],
    ['half an array', '2['],
    ['half a string', '2["subscribe'],
    ['an object instead of an array', '2{"a":1}'],
    ['no name', '2[]'],
    ['an object as the event name', '2[{}]'],
    ['a reserved event name', '2["disconnect"]'],
    ['a namespace that the client has not joined', '2/admin,["subscribe",{}]'],
    ['a second connect packet', '0'],
    ['a connect error packet', '4"x"'],
    ['too many attachments', '4599999999-["subscribe",{"_placeholder":true,"num":0}]'],
    ['attachments without a number', '45-["subscribe",{}]'],
    ['a placeholder without an attachment', '451-["subscribe",{"_placeholder":true,"num":5}]'],
  ])('should close the connection: %s', async (_what, message) => {
    const socket = await connectHostile();
    sendRaw(socket, message);
    if (message.includes('num":5')) sendFrame(socket, Buffer.from('x'));
    await untilDisconnected(socket);
  });

  it.each([
    ['text that is not a packet', 'hello'],
    ['nothing', ''],
    ['a ping from a client', '2'],
    ['unannounced binary data', Buffer.alloc(10)],
  ])('should close the connection: %s', async (_what, frame) => {
    const socket = await connectHostile();
    sendFrame(socket, frame);
    await untilDisconnected(socket);
  });
});

describe('an invalid request', () => {
  it.each([
    ['a __proto__ instead of the feed', '["subscribe",{"__proto__":{"feed":"all"}}]'],
    ['a __proto__ in addition to the feed', '["subscribe",{"feed":"all","__proto__":{"polluted":1}}]'],
    ['a constructor', '["subscribe",{"feed":"all","constructor":{"prototype":{"polluted":1}}}]'],
    ['an event named __proto__', '["__proto__",{}]'],
    ['an event named constructor', '["constructor",{}]'],
    ['deep arrays', `["subscribe",${nest('[', ']', 30 * KIB)}]`],
    ['deep objects', `["subscribe",{"feed":${'{"a":'.repeat(10 * KIB)}1${'}'.repeat(10 * KIB)}}]`],
    ['many arguments', `["subscribe",${'1,'.repeat(30 * KIB)}1]`],
  ])('should be answered with an error: %s', async (_what, text) => {
    const socket = await connectHostile();
    const reply = new Promise<unknown>((resolve) => {
      socket.io.engine.on('message', (data: unknown) => String(data).startsWith('37') && resolve(data));
    });
    sendRaw(socket, `27${text}`);
    expect(String(await reply)).toContain('"ok":false');
    expect(await subscribe(socket, 'topic:__proto__')).toMatchObject({ ok: true, offset: 0 });
  });

  it.each(['2', '2[7]', '27'])(
    'should be counted as invalid if it can’t be answered: %s',
    async (message) => {
      const socket = await connectHostile();
      const closing = new Promise((resolve) => socket.once('closing', resolve));
      for (let i = 0; i < MAX_INVALID_REQUESTS_PER_MINUTE; i++) sendRaw(socket, message);
      expect(await closing).toMatchObject({ code: 'too_many_invalid_requests' });
      await untilDisconnected(socket);
    },
  );

  it('should end the session if it consists of a close packet or of many connect packets', async () => {
    const socket = await connectHostile();
    sendRaw(socket, '1');
    await expect.poll(() => socket.io.engine.readyState).toBe('closed');
    const body = Array.from({ length: 2_000 }, () => '0').map((packet) => `4${packet}`);
    const url = `${bff.url}/hubs/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const session = (JSON.parse(opened.slice(1)) as { sid: string }).sid;
    await fetch(`${url}&sid=${session}`, { method: 'POST', body: body.join('\u001e') });
    await expect.poll(async () => (await fetch(`${url}&sid=${session}`)).status).toBe(400);
  });
});

describe('a message', () => {
  const request = (bytes: number) => {
    const frame = (padding: string) => `27["subscribe",{"feed":"all","more":"${padding}"}]`;
    return frame('x'.repeat(bytes - frame('').length));
  };

  it('should be answered if it’s at most 128 KiB long', async () => {
    const socket = await connectHostile();
    const reply = new Promise<string>((resolve) => {
      socket.io.engine.on(
        'message',
        (data: unknown) => String(data).startsWith('37') && resolve(String(data)),
      );
    });
    sendRaw(socket, request(128 * KIB));
    expect(await reply).toContain('more: is not a known member');
  });

  it.each(['websocket', 'polling'] as const)(
    'should close the connection with a reason if it’s larger than 128 KiB: over %s',
    async (transport) => {
      const socket = await connectHostile(transport === 'polling' ? transport : undefined);
      const closing = new Promise((resolve) => socket.once('closing', resolve));
      sendRaw(socket, request(128 * KIB + 1));
      expect(await closing).toMatchObject({ code: 'message_too_large' });
      await untilDisconnected(socket);
    },
  );

  it('should close the connection immediately if it’s larger than 256 KiB', async () => {
    const socket = await connectHostile();
    sendRaw(socket, request(2 * 128 * KIB + 1));
    await untilDisconnected(socket);
  });
});

describe('a flood of valid requests', () => {
  it('should get temporary errors above the burst limit, then be disconnected with a reason', async () => {
    const socket = await connectHostile();
    const closing = new Promise((resolve) => socket.once('closing', resolve));
    let refused = 0;
    let taken = 0;
    const count = (reply: { ok: boolean; error?: { code: string; temporary: boolean } }) => {
      if (reply.ok) taken++;
      else if (reply.error?.code === 'too_many_requests' && reply.error.temporary) refused++;
    };
    for (let i = 0; i < MAX_REQUEST_BURST + 2 * MAX_REFUSED_REQUESTS_PER_MINUTE; i++) {
      socket.emit('subscribe', { feed: 'all' }, count);
    }
    expect(await closing).toMatchObject({ code: 'too_many_requests' });
    await untilDisconnected(socket);
    expect(taken).toBeGreaterThanOrEqual(MAX_REQUEST_BURST);
    expect(refused).toBeGreaterThan(MAX_REFUSED_REQUESTS_PER_MINUTE / 2);
    await bff.expectMetric('tocsin_bff_connections_ended_total{reason="too_many_requests"}', 1);
  });
});
