import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema, type ProblemCode } from '@tocsin/contracts';
import { testServer, type TestServer } from '../../testing/test-server.ts';
import { threadCpuMs } from '../../testing/thread-cpu.ts';

let server: TestServer;
beforeAll(async () => void (server = await testServer()));
afterAll(() => server.close());

/** An error, a body with that error, and the paths that the response must list. */
type BadBody = [name: string, body: unknown, ...paths: string[]];

const valid = { title: 'Hello' };
const loneSurrogate = '\ud800';

const badBodies: BadBody[] = [
  ['null', null, ''],
  ['a number', 42, ''],
  ['a string', 'Hello', ''],
  ['true', true, ''],
  ['an empty object', {}, 'title'],
  ['an empty array', [], ''],
  ['an array of null', [null], '0'],
  ['an array in an array', [[valid]], '0'],
  ['a valid and an invalid notification', [valid, { title: '' }], '1.title'],
  ['1,001 notifications', Array(1_001).fill(valid), ''],
  ['a number as the title', { title: 1 }, 'title'],
  ['null as the title', { title: null }, 'title'],
  ['an empty title', { title: '' }, 'title'],
  ['a blank title', { title: ' \u00a0\u2003' }, 'title'],
  ['an invisible title', { title: '\u200b\u200d' }, 'title'],
  ['a title of 121 characters', { title: 'x'.repeat(121) }, 'title'],
  ['a title of 121 emoji', { title: '🔔'.repeat(121) }, 'title'],
  ['a line feed in the title', { title: 'a\nb' }, 'title'],
  ['a NUL character in the title', { title: 'a\u0000b' }, 'title'],
  ['an escape character in the title', { title: '\u001b[31mred' }, 'title'],
  ['a C1 control character in the title', { title: 'a\u0085b' }, 'title'],
  ['a lone high surrogate', { title: `a${loneSurrogate}` }, 'title'],
  ['a lone low surrogate', { ...valid, body: '\udfff!' }, 'body'],
  ['a body of 2,001 characters', { ...valid, body: 'x'.repeat(2_001) }, 'body'],
  ['an empty body', { ...valid, body: '' }, 'body'],
  ['a carriage return in the body', { ...valid, body: 'a\r\nb' }, 'body'],
  ['an object as the body', { ...valid, body: { text: 'x' } }, 'body'],
  ['an unknown severity', { ...valid, severity: 'fatal' }, 'severity'],
  ['a severity in upper case', { ...valid, severity: 'INFO' }, 'severity'],
  ['an empty id', { ...valid, id: '' }, 'id'],
  ['a space in the id', { ...valid, id: 'a b' }, 'id'],
  ['a slash in the id', { ...valid, id: '../etc' }, 'id'],
  ['an id of 129 characters', { ...valid, id: 'x'.repeat(129) }, 'id'],
  ['a line feed after the id', { ...valid, id: 'x\n' }, 'id'],
  ['a number as the id', { ...valid, id: 7 }, 'id'],
  ['an unknown feed type', { ...valid, feed: 'group:x' }, 'feed'],
  ['a topic without a name', { ...valid, feed: 'topic:' }, 'feed'],
  ['a topic that contains a separator', { ...valid, feed: 'topic:a||b' }, 'feed'],
  ['a user without a sub', { ...valid, feed: 'user:' }, 'feed'],
  ['a sub of 256 characters', { ...valid, feed: `user:${'x'.repeat(256)}` }, 'feed'],
  ['a control character in the sub', { ...valid, feed: 'user:a\u0007' }, 'feed'],
  ['a lone surrogate in the sub', { ...valid, feed: `user:${loneSurrogate}` }, 'feed'],
  ['a javascript: URL as the link', { ...valid, link: 'javascript:alert(1)' }, 'link'],
  ['a data: URL as the link', { ...valid, link: 'data:text/html,x' }, 'link'],
  ['a link to another host without a scheme', { ...valid, link: '//evil.example' }, 'link'],
  ['a link with a backslash', { ...valid, link: '/\\evil.example' }, 'link'],
  ['a relative link', { ...valid, link: 'orders/1' }, 'link'],
  ['a tab in the link', { ...valid, link: '/\t/evil.example' }, 'link'],
  ['a scheme without a host', { ...valid, link: 'https://' }, 'link'],
  ['a link of 2,049 characters', { ...valid, link: `/${'x'.repeat(2_048)}` }, 'link'],
  ['an ftp link', { ...valid, link: 'ftp://example.com/' }, 'link'],
  ['an object as the actions', { ...valid, actions: {} }, 'actions'],
  ['four actions', { ...valid, actions: Array(4).fill({ label: 'a', link: '/' }) }, 'actions'],
  ['an action without a link', { ...valid, actions: [{ label: 'a' }] }, 'actions.0.link'],
  ['an action without a label', { ...valid, actions: [{ link: '/' }] }, 'actions.0.label'],
  [
    'a label of 41 characters',
    { ...valid, actions: [{ label: 'x'.repeat(41), link: '/' }] },
    'actions.0.label',
  ],
  ['a script in an action', { ...valid, actions: [{ label: 'a', link: 'vbscript:x' }] }, 'actions.0.link'],
  ['an unknown member of an action', { ...valid, actions: [{ label: 'a', link: '/', x: 1 }] }, 'actions.0.x'],
  ['a source of 81 characters', { ...valid, source: 'x'.repeat(81) }, 'source'],
  ['a date in the past', { ...valid, expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
  ['a date without a time', { ...valid, expiresAt: '2999-01-01' }, 'expiresAt'],
  ['a date without an offset', { ...valid, expiresAt: '2999-01-01T00:00:00' }, 'expiresAt'],
  ['February 30', { ...valid, expiresAt: '2999-02-30T00:00:00Z' }, 'expiresAt'],
  ['a number as the date', { ...valid, expiresAt: 32_503_680_000_000 }, 'expiresAt'],
  ['an unknown member', { ...valid, colour: 'red' }, 'colour'],
  ['a member that only the producer may set', { ...valid, createdAt: '2999-01-01T00:00:00Z' }, 'createdAt'],
  ['an empty collapseKey', { ...valid, collapseKey: '' }, 'collapseKey'],
  ['a collapseKey of 81 characters', { ...valid, collapseKey: 'x'.repeat(81) }, 'collapseKey'],
  ['a line feed in the collapseKey', { ...valid, collapseKey: 'a\nb' }, 'collapseKey'],
  ['a lone surrogate in the collapseKey', { ...valid, collapseKey: loneSurrogate }, 'collapseKey'],
  ['a number as the collapseKey', { ...valid, collapseKey: 7 }, 'collapseKey'],
  ['a delivery time more than a year ahead', { ...valid, deliverAt: '2999-01-01T00:00:00Z' }, 'deliverAt'],
  ['a member named constructor', { ...valid, constructor: {} }, 'constructor'],
  [
    'all kinds of errors',
    { id: ' ', feed: 'x', severity: 1, title: '', y: 1 },
    'feed',
    'id',
    'severity',
    'title',
    'y',
  ],
];

const asJson = badBodies.map(([name, body, ...paths]): [string, string, string[]] => [
  name,
  JSON.stringify(body),
  paths,
]);

/** Bodies that JSON.stringify cannot produce. */
const asText: [string, string, string[]][] = [
  ['__proto__ as a member', '{"title":"x","__proto__":{"admin":true}}', ['__proto__']],
  ['a lone surrogate as an escape', '{"title":"a\\ud800b"}', ['title']],
  ['surrogates in the wrong order', '{"title":"\\udc00\\ud800"}', ['title']],
  ['a duplicate title, the last one invalid', '{"title":"a","title":""}', ['title']],
  ['a deeply nested title', `{"title":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, ['title']],
  ['deeply nested arrays', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, ['0']],
  ['deeply nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, ['title', 'a']],
];

const expectProblem = async (response: Response, status: number, code: ProblemCode) => {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect([response.status, problem.status, problem.code]).toEqual([status, status, code]);
  expect(server.backend.calls).toEqual([]);
  expect(server.producer.queued).toBe(0);
  return problem;
};

describe('an invalid body', () => {
  it.each([...asJson, ...asText])(
    'should be rejected with a path for each error: %s',
    async (_name, body, paths) => {
      const problem = await expectProblem(await server.post(body), 400, 'invalid_notification');
      expect([...new Set(problem.errors?.map(({ path }) => path))].sort()).toEqual([...paths].sort());
      for (const { message } of problem.errors ?? []) expect(message).not.toBe('');
    },
  );

  it('should list at most 1,000 errors, and state the total number', async () => {
    const body = JSON.stringify(Array.from({ length: 1_001 }, () => ({ title: '', x: 1 })));
    const problem = await expectProblem(await server.post(body), 400, 'invalid_notification');
    expect(problem.errors).toHaveLength(1_000);
    expect(problem.detail).toBe(
      'The body has 2001 errors, so nothing was published. The first 1000 are listed.',
    );
  });

  it('should get a short response quickly despite many or long member names', async () => {
    const long = JSON.stringify({ title: 'x', ['k'.repeat(1_000_000)]: 1 });
    const manyMembers = JSON.stringify(
      Object.fromEntries([['title', 'x'], ...Array.from({ length: 70_000 }, (_, n) => [`k${n}`, 1])]),
    );
    const empty = `[${'{},'.repeat(340_000)}{}]`;
    for (const body of [long, manyMembers, empty]) {
      const start = threadCpuMs();
      const response = await server.post(body);
      expect((await response.clone().text()).length).toBeLessThan(200_000);
      await expectProblem(response, 400, 'invalid_notification');
      expect(threadCpuMs() - start).toBeLessThan(1_500);
    }
  });
});

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'latin1'));

describe('a body that is not JSON', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['white space', ' \n'],
    ['text', 'Hello'],
    ['a form', 'title=Hello'],
    ['XML', '<title>Hello</title>'],
    ['truncated JSON', '{"title":"Hello"'],
    ['a trailing comma', '{"title":"Hello",}'],
    ['single quotes', "{'title':'Hello'}"],
    ['NaN', '{"title":NaN}'],
    ['a comment', '{"title":"Hello"} // x'],
    ['two values', '{"title":"a"}{"title":"b"}'],
    ['JSON lines', '{"title":"a"}\n{"title":"b"}'],
    ['an unescaped control character', '{"title":"a\nb"}'],
    ['an incomplete escape', '{"title":"\\uD8"}'],
    ['bytes that are not UTF-8', bytes('{"title":"\xff\xfe"}')],
    ['a surrogate in UTF-8', bytes('{"title":"\xed\xa0\x80"}')],
    ['an overlong encoding', bytes('{"title":"\xc0\xaf"}')],
    ['Latin-1', bytes('{"title":"caf\xe9"}')],
    ['UTF-16', new Uint8Array(Buffer.from('{"title":"Hello"}', 'utf16le'))],
    ['a NUL', new Uint8Array(1)],
  ])('should be rejected: %s', async (_name, body) => {
    await expectProblem(await server.post(body), 400, 'invalid_json');
  });
});

describe('an unsupported body', () => {
  const hello = JSON.stringify(valid);
  it.each<[string, Record<string, string>]>([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a multipart form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['another JSON media type', { 'content-type': 'application/vnd.api+json' }],
    ['a media type that resembles JSON', { 'content-type': 'application/jsonp' }],
    ['two media types', { 'content-type': 'application/json, text/plain' }],
    ['an empty media type', { 'content-type': '' }],
    ['Latin-1', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['UTF-16', { 'content-type': 'application/json;charset="utf-16"' }],
    ['an unknown encoding', { 'content-encoding': 'rot13' }],
  ])('should be rejected if sent as %s', async (_name, headers) => {
    await expectProblem(await server.post(hello, headers), 415, 'unsupported_media_type');
  });

  it('should be rejected if it has no media type', async () => {
    const response = await fetch(`${server.url}/notifications`, { method: 'POST', body: bytes(hello) });
    await expectProblem(response, 415, 'unsupported_media_type');
  });

  it.each<[string, string | Uint8Array, Record<string, string>]>([
    ['2 MiB', JSON.stringify({ title: 'x'.repeat(2 * 1024 * 1024) }), {}],
    ['one byte more than 1 MiB', `${hello}${' '.repeat(1024 * 1024 - hello.length + 1)}`, {}],
    [
      'a small body that decompresses to 100 MiB',
      gzipSync(' '.repeat(100 * 1024 * 1024)),
      { 'content-encoding': 'gzip' },
    ],
  ])('should be rejected if too large: %s', async (_name, body, headers) => {
    await expectProblem(await server.post(body, headers), 413, 'payload_too_large');
  });

  it('should be rejected if it doesn’t match its Content-Encoding', async () => {
    await expectProblem(await server.post(hello, { 'content-encoding': 'gzip' }), 400, 'invalid_request');
  });
});

describe('a request with an invalid URL or method', () => {
  it.each([
    ['?feed=user:ada', 'feed'],
    ['?a=1&a=2', 'a'],
    ['?a&%61=2', 'a'],
    ['?b=1&a', 'b', 'a'],
    ['?__proto__=1', '__proto__'],
    ['?=1', ''],
    ['?x=%zz', ''],
    ['?feed=user:%ff', ''],
  ])('should be rejected with the path of every invalid parameter: %s', async (query, ...paths) => {
    const problem = await expectProblem(
      await server.post(JSON.stringify(valid), {}, query),
      400,
      'invalid_query',
    );
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])('should be rejected: %s', async (method) => {
    const response = await fetch(`${server.url}/notifications`, { method });
    expect(response.headers.get('allow')).toBe('POST');
    await expectProblem(response, 405, 'method_not_allowed');
  });

  it.each([
    '/',
    '/notification',
    '/notifications/x/y',
    '/feed',
    '/%ff',
    '/..%2f',
    '/dapr/config',
    '/actors/Feed/all',
  ])('should get 404 for the path %s', async (path) => {
    await expectProblem(await fetch(`${server.url}${path}`), 404, 'not_found');
  });

  it.each(['/metrics', '/healthz', '/readyz', '/openapi.json'])(
    'should be rejected if sent as a POST to %s',
    async (path) => {
      const response = await fetch(`${server.url}${path}`, { method: 'POST' });
      await expectProblem(response, 405, 'method_not_allowed');
    },
  );
});

describe('the process', () => {
  it('should keep running, and count problems by code', async () => {
    expect(new Set(server.refused)).toEqual(
      new Set<ProblemCode>([
        'invalid_notification',
        'invalid_json',
        'unsupported_media_type',
        'payload_too_large',
        'invalid_request',
        'invalid_query',
        'method_not_allowed',
        'not_found',
      ]),
    );
    expect((await server.post('{"title":"still here"}')).status).toBe(202);
    expect(server.backend.deposited).toHaveLength(1);
  });
});
