import { problemSchema } from '@tocsin/contracts';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';
import { connectTo, untilDisconnected, RawConnection, upgradeRequest } from '../support/network/sockets.ts';

const HANDSHAKE = '/hubs/?EIO=4&transport=websocket';
const POLL = '/hubs/?EIO=4&transport=polling';
const CONNECTIONS = 'tocsin_bff_connections';

let bff: BffProcess;
const sockets: Socket[] = [];
const raws: RawConnection[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const raw of raws.splice(0)) raw.destroy();
});

afterAll(() => bff.stop());

const open = async (text = '') => {
  const raw = await RawConnection.open(bff.port, text);
  raws.push(raw);
  return raw;
};
const subscribeOne = async () => {
  const socket = await connectTo(bff.url);
  sockets.push(socket);
  expect(await socket.timeout(5_000).emitWithAck('subscribe', { feed: 'all' })).toMatchObject({ ok: true });
  return socket;
};
const problemOf = (raw: RawConnection) => {
  expect(raw.text).toContain('application/problem+json');
  return problemSchema.parse(JSON.parse(raw.text.slice(raw.text.indexOf('{'))));
};

describe('an incomplete connection', () => {
  beforeAll(async () => {
    // Enough time on a busy machine to accept a session and answer a ping.
    bff = await BffProcess.start({
      HANDSHAKE_TIMEOUT_MS: '3000',
      PING_INTERVAL_MS: '1000',
      PING_TIMEOUT_MS: '4000',
    });
    return () => bff.stop();
  });

  it.each([
    ['sends nothing', ''],
    ['never finishes its headers', 'GET /app/notifications HTTP/1.1\r\nHost: localhost\r\nX-More: '],
    ['never finishes its body', 'POST /hubs/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx'],
    ['does not speak HTTP and stays open', '\u0016\u0003\u0001 hello\r\n\r\n'],
    ['requests an upgrade at an unknown path', upgradeRequest('/other')],
    ['upgrades but never joins', upgradeRequest(HANDSHAKE)],
    ['upgrades an unknown session', upgradeRequest(`${HANDSHAKE}&sid=none`)],
  ])('should be closed when it %s', async (_what, text) => {
    const raw = await open(text);
    await raw.closed;
    await subscribeOne();
  });

  it('should be closed when it requests pages without reading them', async () => {
    const many = 100;
    const raw = await open('GET /app/notifications HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(many));
    await raw.closed;
    expect(raw.text.split('HTTP/1.1 200').length - 1).toBeLessThan(many);
    await subscribeOne();
  });

  it('should be closed if it polls once but then never joins or polls', async () => {
    const opened = await fetch(`${bff.url}${POLL}`);
    expect(await opened.text()).toContain('"sid"');
    await bff.expectMetric(CONNECTIONS, 1);
    await bff.expectMetric(CONNECTIONS, 0);
  });

  it('should be closed if it never answers a ping, while other connections stay open', async () => {
    const other = await subscribeOne();
    const mute = await subscribeOne();
    const write = mute.io.engine.transport as unknown as { write: (packets: { type: string }[]) => void };
    const inner = write.write.bind(write);
    write.write = (packets) => inner(packets.filter(({ type }) => type !== 'pong'));
    await untilDisconnected(mute);
    expect(other.connected).toBe(true);
  });
});

describe('requests that engine.io rejects', () => {
  beforeAll(async () => {
    bff = await BffProcess.start({ MAX_CONNECTIONS: '3' });
    return () => bff.stop();
  });

  it.each([
    ['GET', '/hubs/', 400],
    ['GET', '/hubs/?EIO=3&transport=polling', 400],
    ['GET', '/hubs/?EIO=4&transport=smoke-signals', 400],
    ['GET', '/hubs/?EIO=4&transport=__proto__', 400],
    ['GET', HANDSHAKE, 400],
    ['GET', `${POLL}&sid=none`, 400],
    ['GET', `${POLL}&sid=none&sid=`, 400],
    ['GET', `${POLL}&j=0`, 400],
    ['GET', `${POLL}&token=secret`, 400],
    ['GET', `${POLL}&sid=__proto__`, 400],
    ['POST', POLL, 405],
    ['DELETE', POLL, 405],
  ])('should get a problem document: %s %s', async (method, path, status) => {
    const response = await fetch(`${bff.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await response.json()).status).toBe(status);
  });

  it('should get a problem document even for an upgrade', async () => {
    for (const path of ['/hubs/?EIO=4&transport=polling', `${HANDSHAKE}&sid=none`, '/other']) {
      const raw = await open(upgradeRequest(path));
      await raw.closed;
      expect(problemOf(raw).status).toBe(path === '/other' ? 404 : 400);
    }
  });

  it.each([
    ['to another protocol', { Upgrade: 'h2c' }],
    ['with another version', { 'Sec-WebSocket-Version': '7' }],
    ['with an invalid key', { 'Sec-WebSocket-Key': 'x' }],
  ])('should get a problem document for an upgrade %s', async (_what, headers) => {
    const raw = await open(upgradeRequest(HANDSHAKE, headers));
    await raw.closed;
    expect(problemOf(raw)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('should get 429 with Retry-After over both transports while there are MAX_CONNECTIONS connections', async () => {
    const [first] = [await subscribeOne(), await subscribeOne(), await subscribeOne()];
    const response = await fetch(`${bff.url}${POLL}`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    expect(problemSchema.parse(await response.json()).code).toBe('too_many_requests');
    const raw = await open(upgradeRequest(HANDSHAKE));
    await raw.closed;
    expect(raw.text).toMatch(/^HTTP\/1.1 429 Too Many Requests\r\n/);
    expect(raw.text).toContain('\r\nRetry-After: 5\r\n');
    expect(problemOf(raw).code).toBe('too_many_requests');
    expect(await bff.metric('tocsin_bff_connections_refused_total{reason="full"}')).toBe(2);
    first?.close();
    await bff.expectMetric(CONNECTIONS, 2);
    await subscribeOne();
  });
});

describe('connections from one address', () => {
  afterEach(() => bff.stop());

  const statusFrom = (forwarded: string) =>
    fetch(`${bff.url}${POLL}`, { headers: { 'X-Forwarded-For': forwarded } }).then(({ status }) => status);

  it('should be limited by the address that a trusted proxy reports', async () => {
    bff = await BffProcess.start({
      ...{
        MAX_CONNECTIONS_PER_ADDRESS: '2',
        TRUST_PROXY: 'loopback, 10.0.0.0/8',
        HANDSHAKE_TIMEOUT_MS: '6000',
      },
    });
    expect(await statusFrom('192.0.2.1')).toBe(200);
    expect(await statusFrom('203.0.113.9, 192.0.2.1, 10.0.0.7')).toBe(200);
    expect(await statusFrom('192.0.2.1')).toBe(429);
    expect(await statusFrom('192.0.2.2')).toBe(200);
    expect(await statusFrom('2001:db8:1:2::1')).toBe(200);
    expect(await statusFrom('2001:db8:1:2:3:4:5:6')).toBe(200);
    expect(await statusFrom('2001:DB8:1:2:ffff::')).toBe(429);
    expect(await statusFrom('2001:db8:1:3::1')).toBe(200);
    await bff.expectMetric(CONNECTIONS, 0);
    expect(await statusFrom('192.0.2.1')).toBe(200);
  });

  it('should be limited no matter what address the client claims', async () => {
    bff = await BffProcess.start({ MAX_CONNECTIONS_PER_ADDRESS: '1', HANDSHAKE_TIMEOUT_MS: '2000' });
    expect(await statusFrom('192.0.2.1')).toBe(200);
    expect(await statusFrom('192.0.2.2')).toBe(429);
  });
});

describe('a thousand connections that never subscribe', () => {
  const MANY = 1_000;
  const KB_EACH = 60;

  const openAndClose = async () => {
    for (let i = 0; i < MANY; i += 50) {
      sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => connectTo(bff.url)))));
    }
    await bff.expectMetric(CONNECTIONS, MANY);
    const witness = await subscribeOne();
    const pushed = new Promise((resolve) => witness.once('publications', resolve));
    await bff.publish(1);
    await pushed;
    const during = await bff.heapUsed();
    for (const socket of sockets.splice(0)) socket.close();
    await bff.expectMetric(CONNECTIONS, 0);
    return during;
  };

  it('should use little memory, release it and leave other connections alone', async () => {
    bff = await BffProcess.start();
    await openAndClose();
    const before = await bff.heapUsed();
    const all = (await openAndClose()) - before;
    const each = all / MANY / 1024;
    let leaked = NaN;
    // A connection's memory is freed shortly after it closes. Leaked memory never is.
    await expect.poll(async () => (leaked = (await bff.heapUsed()) - before)).toBeLessThan(all / 4);
    process.stdout.write(
      `${each.toFixed(1)} KB for each of ${MANY} connections, ${(leaked / 1024).toFixed(0)} KB not released afterwards\n`,
    );
    expect(each).toBeLessThan(KB_EACH);
  });
});
