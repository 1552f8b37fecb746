import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchPage } from './fetch-page.ts';

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const page = { feed: 'topic:a', epoch: 'e', offset: 0, recovered: true, more: false, publications: [] };

describe('fetchPage', () => {
  it('should request the page and accept unknown members', async () => {
    const requests: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      requests.push(request.url, request.headers.authorization);
      response.end(JSON.stringify({ ...page, newer: true }));
    });
    const result = await fetchPage(url, { feed: 'topic:a', limit: 5, epoch: 'e', before: 9 }, { token: 't' });
    expect(result).toMatchObject(page);
    expect(requests).toEqual(['/app/notifications?feed=topic%3Aa&limit=5&epoch=e&before=9', 'Bearer t']);
  });

  it("should throw an error response's problem", async () => {
    const problem = {
      type: 'about:blank',
      title: 'No',
      status: 503,
      code: 'unavailable',
      detail: 'Not now.',
    };
    const url = await serve((_request, response) => {
      response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '2' });
      response.end(JSON.stringify(problem));
    });
    await expect(fetchPage(url)).rejects.toMatchObject({
      name: 'ProblemError',
      code: 'unavailable',
      status: 503,
      temporary: true,
      retryAfterMs: 2000,
      problem,
    });
  });

  it('should use the status as code if an error response has no problem', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end('<p>'));
    await expect(fetchPage(url)).rejects.toMatchObject({ code: 'http_404', temporary: false });
  });

  it('should time out', async () => {
    const url = await serve(() => undefined);
    await expect(fetchPage(url, {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('should report an aborted request', async () => {
    const url = await serve(() => undefined);
    await expect(fetchPage(url, {}, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'aborted',
      temporary: false,
    });
  });

  it("should reject a response that isn't a page", async () => {
    const url = await serve((_request, response) => response.end('{"epoch":"e"}'));
    await expect(fetchPage(url)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('should report an unreachable server', async () => {
    await expect(fetchPage('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'unreachable' });
  });
});
