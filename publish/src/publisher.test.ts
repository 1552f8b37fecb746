import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPublisher, type PublishError, type PublisherOptions } from './index.ts';

type Handler = (items: Record<string, unknown>[], response: ServerResponse, request: IncomingMessage) => void;

let server: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
});

/** Starts a producer that responds with `handler`. Returns a publisher for it and the ids in each request. */
async function withProducer(handler: Handler, options: Partial<PublisherOptions> = {}) {
  const requests: unknown[][] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const items = (text ? JSON.parse(text) : []) as Record<string, unknown>[];
      requests.push(items.map(({ id }) => id));
      handler(items, response, request);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { requests, publisher: createPublisher({ url: `http://127.0.0.1:${port}/`, ...options }) };
}

const respond = (response: ServerResponse, status: number, body: object, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const accept: Handler = (items, response) => respond(response, 202, { ids: items.map(({ id }) => id) });
const unavailable: Handler = (_, response) => respond(response, 503, {});
const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as PublishError).code,
  );

describe('createPublisher', () => {
  it('should batch calls made in quick succession into a single request and keep the order', async () => {
    const { publisher, requests } = await withProducer(accept);
    const titles = ['a', 'b', 'c'];
    const ids = await Promise.all(titles.map((title) => publisher.publish({ title, id: title })));
    expect(ids).toEqual(titles);
    expect(requests).toEqual([titles]);
  });

  it('should retry with the same ids after 500, 503, 429, 408 and a lost connection', async () => {
    const failures: Handler[] = [
      (_, response) => respond(response, 500, {}),
      unavailable,
      (_, response) => respond(response, 429, {}, { 'retry-after': '0' }),
      (_, response) => respond(response, 408, {}),
      (_, response) => response.socket?.destroy(),
    ];
    const { publisher, requests } = await withProducer((...args) => (failures.shift() ?? accept)(...args));
    const id = await publisher.publish({ title: 'again' });
    expect(requests).toEqual([[id], [id], [id], [id], [id], [id]]);
  });

  it('should honor Retry-After', async () => {
    const times: number[] = [];
    const { publisher } = await withProducer((items, response, request) => {
      times.push(Date.now());
      if (times.length === 1) respond(response, 503, {}, { 'retry-after': '1' });
      else accept(items, response, request);
    });
    await publisher.publish({ title: 'later' });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("should reject an invalid notification with the server's errors and publish the rest", async () => {
    const { publisher, requests } = await withProducer((items, response, request) => {
      const errors = items.flatMap(({ title }, index) =>
        title === '' ? [{ path: `${index}.title`, message: 'must not be empty' }] : [],
      );
      if (errors.length > 0) respond(response, 400, { code: 'invalid_notification', errors });
      else accept(items, response, request);
    });
    const [first, second, third] = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) => publisher.publish({ id, title: id === 'b' ? '' : id })),
    );
    expect([first, third]).toMatchObject([{ value: 'a' }, { value: 'c' }]);
    expect(second?.status === 'rejected' && second.reason).toMatchObject({
      ...{ code: 'refused', status: 400, id: 'b' },
      faults: [{ path: 'title', message: 'must not be empty' }],
      message: 'Notification b was rejected: title must not be empty',
    });
    expect(requests).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });

  it('should report error paths relative to the notification if it was alone in the request', async () => {
    const { publisher } = await withProducer((_, response) =>
      respond(response, 400, { errors: [{ path: '0.title', message: 'must not be empty' }] }),
    );
    await expect(publisher.publish({ id: 'a', title: '' })).rejects.toMatchObject({
      faults: [{ path: 'title', message: 'must not be empty' }],
      message: 'Notification a was rejected: title must not be empty',
    });
  });

  it('should send notifications individually if the server rejects a batch as a whole', async () => {
    const { publisher } = await withProducer((items, response, request) =>
      items.length > 1 || items[0]?.['id'] === 'large'
        ? respond(response, 413, { detail: 'too large' })
        : accept(items, response, request),
    );
    const outcomes = ['small', 'large'].map((id) => codeOf(publisher.publish({ id, title: id })));
    expect(await Promise.all(outcomes)).toEqual(['ok', 'refused']);
  });

  it("should eventually give up and report the notification's id", async () => {
    const { publisher } = await withProducer(unavailable, { giveUpAfterMs: 300 });
    await expect(publisher.publish({ id: 'x', title: 'x' })).rejects.toMatchObject({
      ...{ code: 'gave_up', status: 503, id: 'x' },
      message: expect.stringContaining('Publish it again with this id') as string,
    });
  });

  it('should give up in time even if the clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const failOften: Handler = (items, response, request) => {
      vi.setSystemTime(Date.now() - 60 * 60 * 1_000);
      (requests.length > 4 ? accept : unavailable)(items, response, request);
    };
    const { publisher, requests } = await withProducer(failOften, { giveUpAfterMs: 300 });
    expect(await codeOf(publisher.publish({ title: 'x' }))).toBe('gave_up');
  });

  it('should retry a request that gets no response', async () => {
    let first = true;
    const { publisher, requests } = await withProducer(
      (items, response, request) => {
        if (!first) accept(items, response, request);
        first = false;
      },
      { requestTimeoutMs: 1_000 },
    );
    await publisher.publish({ id: 'slow', title: 'slow' });
    expect(requests).toEqual([['slow'], ['slow']]);
  });

  it('should send at most 1,000 notifications and 1 MB in a request', async () => {
    const { publisher, requests } = await withProducer(accept);
    await Promise.all(
      Array.from({ length: 1_500 }, (_, index) => publisher.publish({ title: String(index) })),
    );
    expect(requests.map(({ length }) => length)).toEqual([1_000, 500]);
    const body = 'ä'.repeat(2_000);
    await Promise.all(Array.from({ length: 300 }, () => publisher.publish({ title: 'long', body })));
    expect(requests.slice(2).length).toBe(2);
  });

  it('should reject new notifications when full or closed, but still send the waiting ones', async () => {
    const { publisher, requests } = await withProducer(accept, { maxWaiting: 2, batchingDelayMs: 20 });
    const calls = ['a', 'b', 'c'].map((id) => codeOf(publisher.publish({ id, title: id })));
    await publisher.close();
    expect(await Promise.all(calls)).toEqual(['ok', 'ok', 'full']);
    expect(await codeOf(publisher.publish({ title: 'd' }))).toBe('closed');
    expect(requests).toEqual([['a', 'b']]);
  });

  it('should let pending retractions finish when closed, and reject new ones', async () => {
    let responses = 0;
    const { publisher } = await withProducer((_, response) => {
      setTimeout(() => {
        responses++;
        respond(response, 202, {});
      }, 50);
    });
    const retraction = publisher.retract('a');
    await publisher.close();
    expect(responses).toBe(1);
    await retraction;
    expect(await codeOf(publisher.retract('b'))).toBe('closed');
    expect(responses).toBe(1);
  });

  it("should send the key and other headers and encode a retraction's id and feed", async () => {
    let sent: unknown;
    const { publisher } = await withProducer(
      (_, response, { url, method, headers }) => {
        sent = [method, url, headers['x-api-key'], headers['dapr-api-token']];
        respond(response, 202, { ids: [] });
      },
      { apiKey: 'key', headers: { 'dapr-api-token': 'token' } },
    );
    await publisher.retract('a/b', 'user:ada@example.com');
    expect(sent).toEqual(['DELETE', '/notifications/a%2Fb?feed=user%3Aada%40example.com', 'key', 'token']);
  });

  it.each([
    [503, 'Notification a may or may not have been retracted (status 503). Retract it again.'],
    [403, 'The retraction of a was rejected: the key lacks the `retract` scope'],
  ])('should describe a failed retraction after status %d', async (status, message) => {
    const { publisher } = await withProducer(
      (_, response) => respond(response, status, { detail: 'the key lacks the `retract` scope' }),
      { giveUpAfterMs: 0 },
    );
    await expect(publisher.retract('a')).rejects.toMatchObject({ message });
  });

  it.each([
    [{ title: ['is missing'] }],
    ['is missing'],
    [[null]],
    [[{ path: '7.title', message: 'is missing' }]],
  ])(
    'should settle every notification and keep sending after a malformed list of errors: %j',
    async (errors) => {
      const { publisher } = await withProducer((items, response) =>
        items.some(({ title }) => title === '')
          ? respond(response, 400, { errors })
          : accept(items, response, response.req),
      );
      const all = ['', 'a', ''].map((title) => codeOf(publisher.publish({ title })));
      expect(await Promise.all(all)).toEqual(['refused', 'ok', 'refused']);
      expect(await codeOf(publisher.publish({ title: 'later' }))).toBe('ok');
    },
  );

  it.each([301, 302, 303, 307, 308])(
    'should not follow redirects or send the key to another server: %d',
    async (status) => {
      const received: unknown[] = [];
      const other = createServer((request, response) => {
        received.push([request.method, request.headers['x-api-key']]);
        response.writeHead(200).end('<h1>Sign in</h1>');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/login`;
      const { publisher } = await withProducer((_, response) => respond(response, status, {}, { location }), {
        ...{ apiKey: 'key', headers: { 'dapr-api-token': 'token' } },
      });
      const expected = { code: 'refused', status, message: expect.stringContaining(location) as string };
      await expect(publisher.publish({ title: 'a' })).rejects.toMatchObject(expected);
      await expect(publisher.retract('a')).rejects.toMatchObject(expected);
      expect(received).toEqual([]);
      other.close();
    },
  );

  it.each([200, 204, 206])('should treat only status 202 as accepted, not %d', async (status) => {
    const { publisher } = await withProducer((_, response) => response.writeHead(status).end());
    await expect(publisher.publish({ title: 'a' })).rejects.toMatchObject({
      ...{ code: 'refused', status },
      message: expect.stringContaining("Check that `url` is the producer's address") as string,
    });
    expect(await codeOf(publisher.retract('a'))).toBe('refused');
  });

  it.each([{ toString: null }, ['detail'], 7, null])(
    "should settle every notification when a problem's detail isn't a string: %j",
    async (detail) => {
      const { publisher } = await withProducer((items, response) =>
        items.some(({ title }) => title === '')
          ? respond(response, 403, { detail })
          : accept(items, response, response.req),
      );
      const all = ['', 'a'].map((title) => codeOf(publisher.publish({ title })));
      expect(await Promise.all(all)).toEqual(['refused', 'ok']);
      await expect(publisher.publish({ title: '' })).rejects.toMatchObject({
        message: expect.stringContaining('The server returned status 403.') as string,
      });
      expect(await codeOf(publisher.retract('a'))).toBe('ok');
    },
  );

  it('should keep sending after an unexpected error', async () => {
    const { publisher } = await withProducer((items, response) =>
      items[0]?.['title'] === 'a'
        ? accept(items, response, response.req)
        : respond(response, 403, { detail: 'no' }),
    );
    const id = { toString: null } as unknown as string;
    await expect(publisher.publish({ id, title: '' })).rejects.toThrow(TypeError);
    expect(await codeOf(publisher.publish({ title: 'a' }))).toBe('ok');
    await publisher.close();
  });

  it('should read only the beginning of an endless error response', async () => {
    const { publisher } = await withProducer((_, response) => {
      response.writeHead(403);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', write);
      write();
    });
    await expect(publisher.publish({ title: 'a' })).rejects.toMatchObject({ code: 'refused', status: 403 });
  });
});
