import { problemSchema, type Problem } from '@tocsin/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INTERNAL_ROUTES, PUBLIC_ROUTES, headersFor, type Route } from '../support/processes/every-route.ts';
import type { PortName } from '../support/processes/port-names.ts';
import { PortsProcess } from '../support/processes/ports-process.ts';
import { openRaw, problemIn, sendRawRequest, statusOf } from '../support/network/raw-http.ts';

const MEBIBYTE = 1024 * 1024;
const SERVERS = ['openProducer', 'openProducerInternal', 'openBff', 'openBffInternal', 'ui'] as const;

let served: PortsProcess;
beforeAll(async () => {
  served = await PortsProcess.start({
    HANDSHAKE_TIMEOUT_MS: '1000',
    HEADERS_TIMEOUT_MS: '1000',
    BODIES_MAX_BYTES: String(2 * MEBIBYTE),
  });
});
afterAll(() => served.stop());

const open = (port: PortName, text: string) => openRaw(served.ports[port], text);
const rawProblem = async (port: PortName, text: string) =>
  problemIn(await sendRawRequest(served.ports[port], text));
const urlOf = (port: PortName, path: string) => `http://127.0.0.1:${served.ports[port]}${path}`;
const send = ({ port, method, path, body }: Route, change: { method?: string; path?: string } = {}) => {
  const { 'content-length': _, ...headers } = headersFor(
    { port, method, path, ...(body && { body }) },
    served,
  );
  const usedMethod = change.method ?? method;
  const hasBody = body !== undefined && usedMethod !== 'HEAD' && usedMethod !== 'GET';
  return fetch(urlOf(port, change.path ?? path), { method: usedMethod, headers, ...(hasBody && { body }) });
};
const problemOf = async (response: Response): Promise<Problem> => {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  return problemSchema.parse(await response.json());
};
const casesFor = (routes: readonly Route[]) =>
  routes.map((route) => [route.port, route.method, route.path, route] as const);

it.each(['openProducer', 'openBff'] as const)(
  'these tests should cover every documented route of %s',
  async (port) => {
    const response = await fetch(urlOf(port, '/openapi.json'));
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const attacked = PUBLIC_ROUTES.filter((route) => route.port === port);
    const missing = Object.entries(paths).flatMap(([path, operations]) => {
      const pattern = new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/?]+')}(?:\\?|$)`);
      return Object.keys(operations)
        .map((method) => method.toUpperCase())
        .filter((method) => !attacked.some((route) => route.method === method && pattern.test(route.path)))
        .map((method) => `${method} ${path}`);
    });
    expect(missing).toEqual([]);
  },
);

describe('a request with an unknown parameter', () => {
  const strictRoutes = [...PUBLIC_ROUTES.filter(({ isOpen }) => !isOpen)];
  const invocable = INTERNAL_ROUTES.filter(({ path }) =>
    /^\/(?:notifications|feeds|operations)\b/.test(path),
  );
  it.each(casesFor([...strictRoutes, ...invocable]))(
    'should be rejected: %s %s %s',
    async (_p, _m, _r, route) => {
      const path = `${route.path}${route.path.includes('?') ? '&' : '?'}fed=user:ada&mode=x`;
      const response = await send(route, { path });
      const problem = await problemOf(response);
      expect([response.status, problem.code]).toEqual([400, 'invalid_query']);
      expect(problem.errors?.map((fault) => fault.path).sort()).toEqual(['fed', 'mode']);
    },
  );

  it.each(casesFor(PUBLIC_ROUTES.filter(({ isOpen }) => isOpen)))(
    'should be accepted for probes and pages: %s %s %s',
    async (_p, _m, _r, route) => {
      expect((await send(route, { path: `${route.path}?fed=x` })).status).toBe(200);
    },
  );

  it('should not publish to all readers if the URL specifies a feed', async () => {
    const route = PUBLIC_ROUTES.find(({ port, method }) => port === 'openProducer' && method === 'POST')!;
    const problem = await problemOf(await send(route, { path: '/notifications?feed=user:ada' }));
    expect(problem.errors).toEqual([{ path: 'feed', message: 'is not a known parameter' }]);
  });
});

describe('a request without a key or token', () => {
  const withoutSecrets = /^\/(?:openapi\.json|asyncapi\.json|hubs\/|app\/unsubscribe)/;
  const guarded = PUBLIC_ROUTES.filter(
    ({ port, path, isOpen }) => ['producer', 'bff'].includes(port) && !isOpen && !withoutSecrets.test(path),
  );
  it.each(casesFor(guarded))('should be rejected: %s %s %s', async (port, method, path, { body }) => {
    const response = await fetch(urlOf(port, path), {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    expect([response.status, (await problemOf(response)).code]).toEqual([401, 'unauthorized']);
  });
});

describe('HEAD', () => {
  const getRoutes = PUBLIC_ROUTES.filter(({ method, path }) => method === 'GET' && !path.startsWith('/hubs'));
  it.each(casesFor(getRoutes))(
    'should get the same response as GET, but without the body: %s %s %s',
    async (_p, _m, _r, route) => {
      const [head, get] = [await send(route, { method: 'HEAD' }), await send(route)];
      expect([head.status, head.headers.get('content-type')]).toEqual([
        get.status,
        get.headers.get('content-type'),
      ]);
      expect(await head.text()).toBe('');
    },
  );

  const pages = ['/', '/ops', '/assets/page.js'];
  const methodWithout = ({ path }: Route) => (path.startsWith('/app/preferences') ? 'DELETE' : 'PATCH');
  it.each(casesFor(getRoutes.filter(({ path }) => !pages.includes(path))))(
    'should be listed in the Allow header of every GET route: %s %s %s',
    async (_p, _m, _r, route) => {
      const response = await send(route, { method: methodWithout(route) });
      const problem = await problemOf(response);
      expect(response.status).toBe(405);
      const allow = response.headers.get('allow')?.split(', ') ?? [];
      expect(allow.slice(0, 2)).toEqual(['GET', 'HEAD']);
      expect(problem.detail).toContain('HEAD');
    },
  );
});

describe.each(SERVERS)('the server %s', (port) => {
  it('should send a problem document for HTTP/1.1 requests that have no host or two hosts', async () => {
    for (const hosts of ['', 'Host: localhost\r\nHost: localhost\r\n']) {
      const { status, problem } = await rawProblem(port, `GET /healthz HTTP/1.1\r\n${hosts}\r\n`);
      expect([status, problem.code]).toEqual([400, 'invalid_request']);
      expect(problem.detail).toContain('Host');
    }
  });

  it('should serve HTTP/1.0 without Host', async () => {
    const response = await sendRawRequest(served.ports[port], 'GET /healthz HTTP/1.0\r\n\r\n');
    expect(statusOf(response)).toBe(200);
  });

  it('should reject an unknown expectation with a problem document', async () => {
    const head =
      'POST /notifications HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\nContent-Length: 2\r\n\r\n';
    const { status, problem } = await rawProblem(port, head);
    expect([status, problem.code]).toEqual([417, 'invalid_request']);
  });

  it('should reject CONNECT with a problem document, and close the connection', async () => {
    const { status, problem } = await rawProblem(
      port,
      'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n',
    );
    expect([status, problem.code]).toEqual([405, 'method_not_allowed']);
  });

  it('should treat an upgrade to an unknown protocol like a plain request, or reject it with a problem document', async () => {
    for (const path of ['/healthz', '/nothing', '/hubs/?EIO=4&transport=websocket']) {
      const response = await sendRawRequest(
        served.ports[port],
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: smoke-signals\r\n\r\n`,
      );
      if (statusOf(response) !== 200) expect([400, 401, 403, 404]).toContain(problemIn(response).status);
    }
  });

  it('should close a connection if its headers or body don’t end, or if nothing is sent', async () => {
    const begun = 'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n';
    const raws = await Promise.all([
      open(port, `${begun}X-More: `),
      open(port, `${begun}\r\nx`),
      open(port, ''),
    ]);
    const drips = setInterval(() => raws[0]?.socket.write('x'), 200);
    try {
      await Promise.all(raws.map(({ closed }) => closed));
    } finally {
      clearInterval(drips);
      for (const { socket } of raws) socket.destroy();
    }
    expect(raws[0]?.text).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe.each<[PortName, string]>([
  ['openProducer', '/notifications'],
  ['openProducerInternal', '/notifications'],
  ['openBff', '/app/notifications/read'],
  ['openBff', '/app/compose'],
])('a large body for %s %s', (port, path) => {
  const head = (length: string) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

  it('should get 503 while other bodies use up the memory limit', async () => {
    const begun = await open(port, head(`Expect: 100-continue\r\nContent-Length: ${MEBIBYTE}`));
    await expect.poll(() => begun.text).toContain('100 Continue');
    // Only received bytes count toward the limit.
    begun.socket.write(' '.repeat(MEBIBYTE - 10));
    const more = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: ' '.repeat(MEBIBYTE),
    };
    await expect.poll(async () => (await fetch(urlOf(port, path), more)).status).toBe(503);
    const refused = await fetch(urlOf(port, path), more);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await problemOf(refused)).toMatchObject({ code: 'unavailable' });
    begun.socket.destroy();
    await expect.poll(async () => (await fetch(urlOf(port, path), more)).status).toBe(400);
  });

  it('should be rejected as soon as its Content-Length is known, and have the connection closed', async () => {
    const raw = await open(port, head(`Content-Length: ${MEBIBYTE + 1}`));
    await expect.poll(() => raw.text).toContain('}');
    expect(problemIn(raw.text)).toMatchObject({ status: 413, problem: { code: 'payload_too_large' } });
    expect(raw.text).toMatch(/\r\nConnection: close\r\n/i);
    await raw.closed;
    raw.socket.destroy();
  });

  it('should be rejected as soon as its chunks exceed the limit, and not be read any further', async () => {
    const raw = await open(port, head('Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    let sent = 0;
    const more = () => {
      while (!raw.socket.destroyed && raw.socket.write(chunk)) sent += 65_536;
      sent += 65_536;
    };
    raw.socket.on('drain', more);
    more();
    await raw.closed;
    // Both sockets buffer data, so the client can send more than is read.
    expect(sent).toBeLessThan(16 * MEBIBYTE);
    expect(problemIn(raw.text)).toMatchObject({ status: 413, problem: { code: 'payload_too_large' } });
  });

  it('should get a 413 response even if the client sends the whole body', async () => {
    const response = await fetch(urlOf(port, path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: ' '.repeat(8 * MEBIBYTE),
    });
    expect([response.status, (await problemOf(response)).code]).toEqual([413, 'payload_too_large']);
  });

  it('should not be read to the end if the response is a 404', async () => {
    const raw = await open(port, head(`Content-Length: ${64 * MEBIBYTE}`).replace(path, '/nothing'));
    let sent = 0;
    const more = () => {
      while (!raw.socket.destroyed && raw.socket.write(' '.repeat(65_536))) sent += 65_536;
      sent += 65_536;
    };
    raw.socket.on('drain', more);
    more();
    await raw.closed;
    expect(raw.text).toMatch(/^HTTP\/1\.1 404 /);
    expect(sent).toBeLessThan(16 * MEBIBYTE);
  });
});

describe('a body that isn’t a JSON object', () => {
  const wrong: [string, string, string | RegExp][] = [
    ['null', 'invalid', /object|record|expected/i],
    ['', 'invalid_json', 'The body is empty. Send JSON.'],
    ['{"feed":', 'invalid_json', /^The body is not valid JSON \(.*end of JSON input.*\)\.$/],
    ['{"feed":"\u{fffd}"', 'invalid_json', /position|JSON/],
  ];
  const places: [PortName, string][] = [
    ['openProducer', '/notifications'],
    ['openBff', '/app/notifications/read'],
  ];
  it.each(places.flatMap(([port, path]) => wrong.map(([...values]) => [port, path, ...values] as const)))(
    'should be rejected with an error that says why: %s %s %j',
    async (port, path, body, code, detail) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(urlOf(port, path), { method: 'POST', headers, body });
      const problem = await problemOf(response);
      expect(response.status).toBe(400);
      if (code === 'invalid') expect(problem.code).not.toBe('invalid_json');
      else expect(problem.code).toBe(code);
      expect(`${problem.detail}${code === 'invalid' ? (problem.errors?.[0]?.message ?? '') : ''}`).toMatch(
        detail,
      );
    },
  );
});
