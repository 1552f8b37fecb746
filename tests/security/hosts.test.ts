import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortName } from '../support/processes/port-names.ts';
import { PortsProcess } from '../support/processes/ports-process.ts';
import { openRaw, problemIn, sendRawRequest, statusOf } from '../support/network/raw-http.ts';
import { upgradeRequest } from '../support/network/sockets.ts';

const POLL = '/hubs/?EIO=4&transport=polling';

let served: PortsProcess;
beforeAll(async () => {
  served = await PortsProcess.start({ ALLOWED_HOSTS: 'notify.example.com,.corp.example' });
});
afterAll(() => served.stop());

const open = (port: PortName, text: string) => openRaw(served.ports[port], text);
const rawProblem = async (port: PortName, text: string) =>
  problemIn(await sendRawRequest(served.ports[port], text));
const statusFor = async (port: PortName, path: string, host: string): Promise<number> =>
  statusOf(
    await sendRawRequest(
      served.ports[port],
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    ),
  );

describe('a request’s host name', () => {
  const PATHS: [PortName, string][] = [
    ['openProducer', '/openapi.json'],
    ['openProducerInternal', '/dapr/subscribe'],
    ['openBff', '/app/notifications'],
    ['openBff', '/'],
    ['openBff', POLL],
    ['openBffInternal', '/dapr/subscribe'],
  ];
  const SERVED = [
    'localhost',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:4001',
    '127.9.9.9',
    '[::1]:4001',
    '192.0.2.7',
  ];

  it.each(PATHS)('should be localhost, an IP address or in ALLOWED_HOSTS: %s %s', async (port, path) => {
    for (const host of [...SERVED, 'notify.example.com', 'Notify.Example.com:8080', 'a.b.corp.example'])
      expect([host, await statusFor(port, path, host)]).toEqual([host, 200]);
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'notify.example.com.evil',
      'corp.example',
      'x@y/z',
      '%',
    ])
      expect([host, await statusFor(port, path, host)]).toEqual([host, 403]);
  });

  it('should be rejected if not allowed, with an error that mentions ALLOWED_HOSTS', async () => {
    const { problem } = await rawProblem(
      'openBff',
      'GET /app/notifications HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(problem).toMatchObject({ status: 403, code: 'forbidden' });
    expect(problem.detail).toContain('ALLOWED_HOSTS');
  });

  it('should be required, and checked before a WebSocket upgrade', async () => {
    const request = upgradeRequest('/hubs/?EIO=4&transport=websocket');
    const evil = await rawProblem('openBff', request.replace('Host: localhost', 'Host: evil.example'));
    expect([evil.status, evil.problem.code]).toEqual([403, 'forbidden']);
    expect((await rawProblem('openBff', request.replace('Host: localhost\r\n', ''))).status).toBe(400);
    const upgraded = await open('openBff', request);
    await expect.poll(() => upgraded.text).toMatch(/^HTTP\/1\.1 101 /);
    upgraded.socket.destroy();
  });

  it('should not matter for probes or ports that require a key or token', async () => {
    const requests: [PortName, string, number][] = [
      ['openProducer', '/healthz', 200],
      ['openProducer', '/readyz', 200],
      ['openProducer', '/metrics', 200],
      ['openProducerInternal', '/healthz', 200],
      ['openBff', '/readyz', 200],
      ['openBffInternal', '/healthz', 200],
      ['producer', '/openapi.json', 200],
      ['producerInternal', '/dapr/subscribe', 401],
      ['bff', '/app/notifications', 401],
      ['bffInternal', '/dapr/subscribe', 401],
      ['ui', '/', 200],
    ];
    for (const [port, path, status] of requests)
      expect([port, path, await statusFor(port, path, 'evil.example')]).toEqual([port, path, status]);
  });
});

describe('JSONP', () => {
  it('should be rejected', async () => {
    const request = `GET ${POLL}&j=0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    const { status, problem } = await rawProblem('openBff', request);
    expect([status, problem.errors?.map(({ path }) => path)]).toEqual([400, ['j']]);
    expect(problem.detail).toContain('JSONP');
  });
});
