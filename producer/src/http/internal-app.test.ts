import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '@tocsin/service';
import { serve } from '../testing/test-server.ts';
import { notification, testProducer } from '../testing/test-producer.ts';
import { testSchedules } from '../testing/test-schedules.ts';
import { internalApp } from './internal-app.ts';

const { producer, backend } = testProducer();
const { intake, schedules, soon } = testSchedules(producer);
afterAll(() => schedules.stop());
const app = (token: string | undefined) =>
  internalApp({
    intake,
    schedules,
    log: createLogger('producer', 'silent'),
    token,
    onProblem: () => undefined,
  });
let guarded: Awaited<ReturnType<typeof serve>>;
let open: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  guarded = await serve(app('secret'));
  open = await serve(app(undefined));
});
afterAll(() => Promise.all([guarded.close(), open.close()]));

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"title":"Hello"}',
  });

it('should answer the health probe without a token', async () => {
  expect((await fetch(`${guarded.url}/healthz`)).status).toBe(200);
});

it('should refuse everything else without the right token', async () => {
  for (const headers of [{}, { 'dapr-api-token': 'wrong' }, { 'dapr-api-token': 'secre\u00e9' }]) {
    expect((await post(guarded.url, headers)).status).toBe(401);
    expect((await fetch(`${guarded.url}/dapr/subscribe`, { headers })).status).toBe(401);
    expect((await fetch(`${guarded.url}/feeds/all`, { method: 'DELETE', headers })).status).toBe(401);
  }
  expect(backend.calls).toEqual([]);
});

it('should take invocations with the token, and without one when there is none', async () => {
  expect((await post(guarded.url, { 'dapr-api-token': 'secret' })).status).toBe(202);
  expect((await post(open.url)).status).toBe(202);
  expect((await fetch(`${open.url}/notifications/a`, { method: 'DELETE' })).status).toBe(202);
  expect((await fetch(`${open.url}/dapr/subscribe`)).status).toBe(404);
  expect(backend.deposited).toHaveLength(3);
});

it('should take over what the scheduler hands over, and only from the sidecar', async () => {
  const scheduled = { v: 1, at: Date.now() + 60_000, notification: notification('due') };
  const handOver = (headers: Record<string, string>) =>
    fetch(`${guarded.url}/job/some:name`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(scheduled),
    });
  expect((await handOver({})).status).toBe(401);
  expect(soon.documents.size).toBe(0);
  expect((await handOver({ 'dapr-api-token': 'secret' })).status).toBe(200);
  expect([...soon.documents.values()]).toEqual([scheduled]);
});
