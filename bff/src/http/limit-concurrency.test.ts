import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limitConcurrency } from './limit-concurrency.ts';
import './identity.ts';

const pending: Response[] = [];
const checks: { request: Request; next: () => void }[] = [];
let server: ReturnType<ReturnType<typeof express>['listen']>;
let url: string;

beforeEach(async () => {
  pending.length = 0;
  const app = express();
  checks.length = 0;
  app.use((request, _response, next) => {
    const sub = request.get('x-reader');
    if (sub !== undefined) request.identity = { sub, feeds: [], roles: [], expiresAt: Infinity };
    if (request.path === '/slow-check') checks.push({ request, next });
    else next();
  });
  app.use(limitConcurrency(2));
  app.get('/', (_request, response) => void pending.push(response));
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const get = (reader?: string) => fetch(url, reader === undefined ? {} : { headers: { 'x-reader': reader } });

it("should refuse a reader's requests above the limit until earlier requests complete or are aborted", async () => {
  const first = get('ada');
  const aborted = new AbortController();
  const second = fetch(url, { headers: { 'x-reader': 'ada' }, signal: aborted.signal });
  second.catch(() => undefined);
  await vi.waitFor(() => expect(pending).toHaveLength(2));
  const refused = await get('ada');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  const others = [get('ben'), get(), get(), get()];
  await vi.waitFor(() => expect(pending).toHaveLength(6));
  pending[0]?.end();
  expect((await first).status).toBe(200);
  aborted.abort();
  await vi.waitFor(async () => {
    const retry = get('ada');
    const result = await Promise.race([retry, vi.waitFor(() => expect(pending).toHaveLength(7))]);
    expect(result instanceof Response && result.status === 429).toBe(false);
  });
  for (const response of pending) response.end();
  await Promise.all(others);
});

it('should not count requests whose connection closed while the token was being checked', async () => {
  const aborted = new AbortController();
  for (const _ of [1, 2]) {
    const headers = { 'x-reader': 'ada' };
    fetch(`${url}/slow-check`, { headers, signal: aborted.signal }).catch(() => undefined);
  }
  await vi.waitFor(() => expect(checks).toHaveLength(2));
  aborted.abort();
  await vi.waitFor(() => expect(checks.every(({ request }) => request.socket.destroyed)).toBe(true));
  for (const { next } of checks) next();
  const response = get('ada');
  await vi.waitFor(() => expect(pending).toHaveLength(1));
  pending[0]?.end();
  expect((await response).status).toBe(200);
});
