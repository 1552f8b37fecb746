import { randomBytes } from 'node:crypto';
import type { SocketError } from '@tocsin/contracts';
import { SignJWT } from 'jose';
import type { Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';
import { connectTo, RawConnection, upgradeRequest } from '../support/network/sockets.ts';

const HANDSHAKE = '/hubs/?EIO=4&transport=websocket';
const POLL = '/hubs/?EIO=4&transport=polling';
const PENDING = 'tocsin_bff_connections_pending';
const SECRET = randomBytes(32).toString('hex');
/** The bff's connection limit, which strangers try to exhaust. */
const MAX_CONNECTIONS = 100;
const JWT = { AUTH_MODE: 'jwt', NOTIFICATION_SECRETS_jwt: SECRET, MAX_CONNECTIONS: String(MAX_CONNECTIONS) };
const BEHIND_A_PROXY = { TRUST_PROXY: 'loopback' };

let bff: BffProcess;
const sockets: Socket[] = [];
const raws: RawConnection[] = [];
const stops: (() => void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  for (const socket of sockets.splice(0)) socket.close();
  for (const raw of raws.splice(0)) raw.destroy();
  await bff.stop();
});

const tokenOf = (sub: string) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(SECRET));

const strangers = async (count: number, text: (index: number) => string): Promise<void> => {
  const opened = await Promise.all(
    Array.from({ length: count }, (_, i) => RawConnection.open(bff.port, text(i))),
  );
  raws.push(...opened);
};
const upgradeFrom = (address: string) => upgradeRequest(HANDSHAKE, { 'X-Forwarded-For': address });

/**
 * Connects a reader from a separate address, retrying as a client would. Resolves with the socket and the number of
 * attempts.
 */
async function reader(transport: 'websocket' | 'polling', address = '198.51.100.7', sub = 'ada') {
  const extraHeaders = { 'X-Forwarded-For': address };
  const token = await tokenOf(sub);
  for (let attempt = 1; ; attempt++) {
    try {
      const socket = await connectTo(bff.url, transport, { auth: { token }, extraHeaders });
      sockets.push(socket);
      const reply: unknown = await socket.timeout(5_000).emitWithAck('subscribe', { feed: 'all' });
      expect(reply).toMatchObject({ ok: true });
      return { attempt, socket };
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Opens a connection about every 10 ms until the test ends. */
function flood(text: (index: number) => string): { count: number } {
  const done = { count: 0 };
  const timer = setInterval(() => {
    const refused = () => undefined;
    RawConnection.open(bff.port, text(done.count++)).then((raw) => raws.push(raw), refused);
  }, 10);
  stops.push(() => clearInterval(timer));
  return done;
}

describe('strangers who open as many connections as they can', () => {
  it.each(['websocket', 'polling'] as const)(
    'should not block readers who connect with a token over %s',
    async (transport) => {
      bff = await BffProcess.start({ ...JWT, ...BEHIND_A_PROXY });
      await strangers(MAX_CONNECTIONS, (i) => upgradeFrom(`203.0.113.${i % 4}`));
      // At most 50 connections can be pending, and 10 per address. The strangers use four addresses.
      await bff.expectMetric(PENDING, 40);
      for (let i = 0; i < 5; i++) expect((await reader(transport, `198.51.100.${i}`)).attempt).toBe(1);
    },
  );

  it('should not block a reader by connecting from many addresses', async () => {
    bff = await BffProcess.start({ ...JWT, ...BEHIND_A_PROXY });
    const { socket: before } = await reader('websocket');
    const flooded = flood((i) => upgradeFrom(`10.${i % 250}.${Math.floor(i / 250) % 250}.1`));
    await expect.poll(() => flooded.count, { timeout: 10_000 }).toBeGreaterThan(2 * MAX_CONNECTIONS);
    await reader('websocket', '198.51.100.8');
    await reader('polling', '198.51.100.9');
    expect(before.connected).toBe(true);
    expect(await bff.metric(PENDING)).toBeLessThanOrEqual(50);
  });

  it('should not block readers by opening polling sessions with invalid tokens', async () => {
    bff = await BffProcess.start({ ...JWT, ...BEHIND_A_PROXY });
    for (let i = 0; i < 60; i++) {
      const headers = { 'X-Forwarded-For': `203.0.113.${i % 30}` };
      const opened = await fetch(`${bff.url}${POLL}`, { headers });
      const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
      await fetch(`${bff.url}${POLL}&sid=${sid}`, { method: 'POST', body: '40{"token":"x"}', headers });
    }
    expect((await reader('polling')).attempt).toBe(1);
    // A rejected connection stays pending only until the client has read the reason.
    await bff.expectMetric(PENDING, 0);
  });

  it('should not block readers by holding silent connections open or sending incomplete requests', async () => {
    bff = await BffProcess.start({ ...JWT, ...BEHIND_A_PROXY, MAX_PENDING_CONNECTIONS: '10' });
    const incompleteRequests = [
      '',
      'GET /app/notifications HTTP/1.1\r\nHost: x\r\nX-More: ',
      'GET /healthz HTTP/1.1\r\n',
    ];
    // The bff allows only 240 connections without a reader.
    await strangers(400, (i) => incompleteRequests[i % incompleteRequests.length] ?? '');
    await reader('websocket');
    expect(await bff.metric('tocsin_bff_connections_refused_total{reason="sockets"}')).toBeGreaterThan(100);
    // Signed-in readers stay connected.
    const { socket } = await reader('polling');
    await strangers(400, () => '');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await socket.timeout(5_000).emitWithAck('subscribe', { feed: 'all' })).toMatchObject({ ok: true });
    expect(sockets.every(({ connected }) => connected)).toBe(true);
  });

  it('should be disconnected if they send more data than a token needs', async () => {
    bff = await BffProcess.start({ ...JWT, ...BEHIND_A_PROXY });
    const frame = (bytes: number) => {
      const head = Buffer.alloc(14);
      head.writeUInt8(0x81, 0);
      head.writeUInt8(0x80 | 127, 1);
      head.writeBigUInt64BE(BigInt(bytes), 2);
      return Buffer.concat([head, Buffer.alloc(bytes, '4')]).toString('latin1');
    };
    const [raw] = (await strangers(1, () => upgradeRequest(HANDSHAKE)), raws);
    await bff.expectMetric(PENDING, 1);
    raw?.send(Buffer.from(frame(200 * 1024), 'latin1'));
    await raw?.closed;
    const opened = await fetch(`${bff.url}${POLL}`);
    const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
    const body = `42["x","${'x'.repeat(100 * 1024)}"]`;
    const posted = fetch(`${bff.url}${POLL}&sid=${sid}`, { method: 'POST', body }).then(
      ({ status }) => status,
      () => 'connection closed',
    );
    expect(await posted).not.toBe(200);
    await bff.expectMetric(PENDING, 0);
    expect(await bff.metric('tocsin_bff_connections_refused_total{reason="too_large"}')).toBe(2);
  });
});

describe('a bff that requires no token', () => {
  it('should limit the connections from an address by default, except from this machine', async () => {
    bff = await BffProcess.start({ MAX_CONNECTIONS: '50', ...BEHIND_A_PROXY });
    const from = (address: string) =>
      connectTo(bff.url, 'websocket', { extraHeaders: { 'X-Forwarded-For': address } }).then((socket) =>
        sockets.push(socket),
      );
    for (let i = 0; i < 10; i++) await from(`2001:db8:1:2::${i}`);
    await expect(from('2001:db8:1:2:ffff::')).rejects.toThrow();
    await from('2001:db8:1:3::1');
    for (let i = 0; i < 15; i++) sockets.push(await connectTo(bff.url));
  });
});

it('should reject connections that exceed a reader’s share, and accept new connections as others close', async () => {
  bff = await BffProcess.start({ ...JWT, MAX_CONNECTIONS_PER_READER: '3' });
  for (let i = 0; i < 3; i++) await reader('websocket');
  const token = await tokenOf('ada');
  const refused: unknown = await connectTo(bff.url, 'websocket', { auth: { token } }).catch(
    (error: unknown) => (error as { data: SocketError }).data,
  );
  expect(refused).toEqual({
    code: 'too_many_connections',
    message: expect.stringMatching(
      /^this reader already has 3 connections .* close this page in other tabs/,
    ) as string,
    temporary: true,
  });
  await reader('websocket', '198.51.100.7', 'ben');
  expect(sockets.slice(0, 3).every(({ connected }) => connected)).toBe(true);
  sockets[0]?.close();
  await reader('websocket');
});
