import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';

let bff: ServedBff;
beforeEach(async () => {
  bff = await serveBff({});
});
afterEach(() => bff.stop());

/** Resolves with the entire response to an upgrade request for `target`. */
async function responseToUpgrade(target: string): Promise<string> {
  const { hostname, port } = new URL(bff.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  return text(socket);
}

it('should refuse to upgrade a session that already has a WebSocket', async () => {
  const socket = await bff.connect('');
  const sid = socket.io.engine.id;
  const response = await responseToUpgrade(`/hubs/?EIO=4&transport=websocket&sid=${sid}`);
  expect(response).toMatch(/^HTTP\/1.1 400 .*no longer uses polling/s);
  expect(await bff.subscribe(socket, 'all')).toMatchObject({ ok: true });
});

it('should refuse a #, which would hide the parameters after it from engine.io', async () => {
  const socket = await bff.connect('');
  const response = await responseToUpgrade(`/hubs/?EIO=4&transport=websocket&t=#&sid=${socket.io.engine.id}`);
  expect(response).toMatch(/^HTTP\/1.1 400 .*must not contain a #/s);
});
