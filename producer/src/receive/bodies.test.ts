import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testServer, type TestServer } from '../../testing/test-server.ts';

const MEBIBYTE = 1024 * 1024;
/** Large bodies may use three quarters of the budget: 1.5 MiB. */
const BODIES_MAX_BYTES = 2 * MEBIBYTE;

let server: TestServer;
const sockets: Socket[] = [];
beforeEach(async () => void (server = await testServer({ bodiesMaxBytes: BODIES_MAX_BYTES })));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

/** Starts a request and waits until the server asks for the body. */
async function start(length: string) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  let response = '';
  socket.setEncoding('utf8').on('data', (data: string) => (response += data));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const headers = ['Host: localhost', 'Content-Type: application/json', 'Expect: 100-continue', length];
  socket.write(`POST /notifications HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  await expect.poll(() => response).toContain(CONTINUE);
  return {
    send: (text: string) => socket.write(text),
    response: () => response.slice(CONTINUE.length),
    waitForResponse: (text: string | RegExp) =>
      expect.poll(() => response.slice(CONTINUE.length)).toMatch(text),
    abort: () => socket.destroy(),
  };
}
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const startSized = (bytes: number) => start(`Content-Length: ${bytes}`);
const startChunked = () => start('Transfer-Encoding: chunked');
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`;
const UNAVAILABLE =
  /^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n[^]*"code":"unavailable"[^]*Nothing was processed/i;
/** Matches the response to a body that was read completely but isn't JSON. */
const READ = /^HTTP\/1\.1 400 [^]*"code":"invalid_json"/;
const postBytes = async (bytes: number) => (await server.post(' '.repeat(bytes))).status;
const postSmall = async () => (await server.post('{"title":"x"}')).status;

/** Sends a large body except for the last ten bytes. */
async function startUnfinished() {
  const request = await startSized(MEBIBYTE);
  request.send(' '.repeat(MEBIBYTE - 10));
  await expect.poll(() => postBytes(MEBIBYTE)).toBe(503);
  return request;
}

it('should reject a large body while the budget is used up, but still accept small bodies', async () => {
  const first = await startUnfinished();
  expect([await postBytes(MEBIBYTE), await postSmall()]).toEqual([503, 202]);
  expect(server.refused).toContain('unavailable');
  first.send(' '.repeat(10));
  await first.waitForResponse(READ);
  expect(await postBytes(MEBIBYTE)).toBe(400);
});

it('should not reserve budget for the declared length of a large body', async () => {
  for (let i = 0; i < 20; i++) (await startSized(MEBIBYTE)).send(' ');
  expect([await postBytes(MEBIBYTE), await postSmall()]).toEqual([400, 202]);
});

it('should reject a chunked body as soon as it exceeds the budget', async () => {
  const first = await startChunked();
  first.send(chunk(MEBIBYTE - 10));
  const second = await startChunked();
  second.send(chunk(MEBIBYTE / 4));
  await delay(100);
  expect(second.response()).toBe('');
  second.send(chunk(MEBIBYTE / 2));
  await second.waitForResponse(UNAVAILABLE);
  first.send('0\r\n\r\n');
  await first.waitForResponse(READ);
});

it('should count a compressed body’s decompressed bytes', async () => {
  const zipBomb = gzipSync(' '.repeat(MEBIBYTE));
  const post = async () => (await server.post(zipBomb, { 'content-encoding': 'gzip' })).status;
  expect(await post()).toBe(400);
  const first = await startUnfinished();
  expect(await post()).toBe(503);
  first.abort();
  await expect.poll(post).toBe(400);
});

it('should return the bytes to the budget no matter how a request ends', async () => {
  for (let i = 0; i < 5; i++) {
    const broken = await startUnfinished();
    expect(await postBytes(MEBIBYTE)).toBe(503);
    broken.abort();
    await expect.poll(() => postBytes(MEBIBYTE)).toBe(400);
  }
  for (let i = 0; i < 5; i++) expect(await postBytes(MEBIBYTE + 1)).toBe(413);
  expect(await Promise.all([postBytes(MEBIBYTE), postSmall()])).toEqual([400, 202]);
});
