import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Server, type Socket } from 'socket.io';
import { io as connect, type Socket as Client } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectTestedVersions } from '../../testing/tested-versions.ts';
import {
  bufferedBytes,
  frameOf,
  queueFramed,
  releaseHandshake,
  releaseUpgradeRequest,
  terminate,
  writeFrame,
  type EngineSession,
} from './websocket.ts';

expectTestedVersions({ 'socket.io': '4.8.4', 'engine.io': '6.6.12', ws: '8.21.3' });

// Node only exposes this function with a flag.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MAX = 1024 * 1024;
const message = '2["hello",1]';

/** https://datatracker.ietf.org/doc/html/rfc6455#section-5.2 */
it.each([
  [3, [0x81, 4]],
  [125, [0x81, 126, 0, 126]],
  [65_535, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])('should encode the entire message as a single unmasked text frame: %i bytes', (length, header) => {
  const text = 'x'.repeat(length);
  const frame = frameOf(text);
  expect([...frame.subarray(0, header.length)]).toEqual(header);
  expect(frame.subarray(header.length).toString()).toBe(`4${text}`);
});

describe.each(['websocket', 'polling'])('a session over %s', (transport) => {
  let server: Server;
  let client: Client;
  let session: EngineSession;
  let serverSocket: Socket;
  /** The session's first request, and engine.io's response to it. */
  let first: { request: WeakRef<IncomingMessage>; response: object } | undefined;

  beforeEach(async () => {
    first = undefined;
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    server = new Server(http);
    server.engine.use((request: IncomingMessage, response: object, next: () => void) => {
      first ??= { request: new WeakRef(request), response };
      next();
    });
    const { port } = http.address() as AddressInfo;
    client = connect(`http://127.0.0.1:${port}`, { transports: [transport], reconnection: false });
    const [socket] = (await once(server, 'connection')) as [Socket];
    serverSocket = socket;
    session = socket.conn;
    if (!client.connected) await new Promise<void>((resolve) => client.once('connect', resolve));
  });

  afterEach(async () => {
    client.close();
    await server.close();
  });

  const helloMessage = () => new Promise((resolve) => client.once('hello', resolve));

  it('should get a frame directly only if it has a WebSocket', async () => {
    const received = helloMessage();
    const isWritten = writeFrame(session, frameOf(message), MAX);
    expect(isWritten).toBe(transport === 'websocket');
    if (!isWritten) queueFramed(session, message, frameOf(message));
    expect(await received).toBe(1);
  });

  it('should get a framed message through the queue', async () => {
    const received = helloMessage();
    queueFramed(session, message, frameOf(message));
    expect(await received).toBe(1);
  });

  it('should not get a frame directly if it exceeds the limit or would overtake queued messages', () => {
    expect(writeFrame(session, frameOf(message), 1)).toBe(false);
    (session as unknown as { writeBuffer: unknown[] }).writeBuffer.push({});
    expect(writeFrame(session, frameOf(message), MAX)).toBe(false);
    (session as unknown as { writeBuffer: unknown[] }).writeBuffer.pop();
  });

  it('should release the first request, and still receive messages', async () => {
    const { request, response } = first ?? expect.fail('no request was seen');
    expect(request.deref()).toBeDefined();
    if (transport === 'websocket') releaseUpgradeRequest(response);
    releaseHandshake(serverSocket);
    const received = helloMessage();
    serverSocket.emit('hello', 1);
    expect(await received).toBe(1);
    if (transport === 'websocket') {
      await vi.waitFor(
        () => {
          collectGarbage();
          expect(request.deref()).toBeUndefined();
        },
        { timeout: 20_000 },
      );
    }
    expect(session.request).toBeNull();
    expect([serverSocket.handshake.headers, serverSocket.handshake.auth]).toEqual([{}, {}]);
  });

  it('should report the bytes buffered in the WebSocket, and end immediately when terminated', async () => {
    expect(bufferedBytes(session)).toBe(0);
    const closed = new Promise((resolve) => session.once('close', resolve));
    terminate(session);
    await closed;
    expect(session.readyState).toBe('closed');
  });
});
