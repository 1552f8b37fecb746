import { randomUUID } from 'node:crypto';
import {
  BodyBudget,
  SubscriptionPaths,
  createHostCheck,
  createLogger,
  type AuditNote,
} from '@tocsin/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testProducer } from '../../testing/test-producer.ts';
import { testSchedules } from '../../testing/test-schedules.ts';
import { serve } from '../../testing/test-server.ts';
import { internalApp } from './internal-app.ts';

const { producer } = testProducer();
const { publishService, schedules } = testSchedules(producer);
const notes: AuditNote[] = [];
const subscriptions = [
  { pubsubname: 'notification-pubsub', topic: 'notifications', path: '/subscriptions/events' },
];
const app = (token: string | undefined) =>
  internalApp({
    ...{ publishService, schedules, token, log: createLogger('producer', 'silent') },
    ...{ refuse: () => Promise.resolve(), deadLetterPauseMs: 0 },
    trail: { note: (note) => notes.push(note) },
    paths: new SubscriptionPaths(() => Promise.resolve(subscriptions)),
    onRefused: () => undefined,
    onExpired: () => undefined,
    isServed: createHostCheck([]),
    operationSigner: async () => undefined,
    bodies: new BodyBudget(64 * 1024 * 1024),
    onProblem: () => undefined,
  });
let guardedServer: Awaited<ReturnType<typeof serve>>;
let openServer: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  guardedServer = await serve(app('secret'));
  openServer = await serve(app(undefined));
});
afterAll(async () => {
  schedules.stop();
  await Promise.all([guardedServer.close(), openServer.close()]);
});

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"title":"Hello"}',
  });

describe('the audit trail', () => {
  const takeNotes = () => notes.splice(0);
  /** Delivers an event as the sidecar does: wraps the published bytes in an envelope. */
  const event = (body: object) => {
    const bytes = Buffer.from(JSON.stringify({ specversion: '1.0', type: 'x', ...body })).toString('base64');
    const envelope = { specversion: '1.0', id: randomUUID(), source: 'Dapr', data_base64: bytes };
    return fetch(`${openServer.url}/subscriptions/events`, {
      ...{ method: 'POST', body: JSON.stringify(envelope) },
      headers: { 'content-type': 'application/cloudevents+json' },
    });
  };

  it('should record the app id that the sidecar sends with an invocation', async () => {
    takeNotes();
    await post(openServer.url, { 'dapr-caller-app-id': 'shop' });
    await fetch(`${openServer.url}/feeds/user:ada`, {
      method: 'DELETE',
      headers: { 'dapr-caller-app-id': 'shop' },
    });
    const act = { via: 'invocation', actor: { kind: 'app', name: 'shop' }, outcome: 'done' };
    expect(takeNotes()).toEqual([
      { ...act, action: 'publish', feeds: ['all'], ids: [expect.any(String)] },
      { ...act, action: 'erase', feeds: ['user:ada'] },
    ]);
  });

  it('should mark a rejected caller’s name as claimed, not verified', async () => {
    takeNotes();
    await post(guardedServer.url, { 'dapr-api-token': 'wrong', 'dapr-caller-app-id': 'shop' });
    await expect
      .poll(() => notes)
      .toEqual([
        {
          ...{ action: 'publish', via: 'invocation', outcome: 'unauthorized' },
          actor: { kind: 'app', name: 'shop', claimed: true },
        },
      ]);
  });

  it('should record attempts to call a route meant only for the sidecar', async () => {
    takeNotes();
    await fetch(`${guardedServer.url}/job/x`, { method: 'POST', headers: { 'dapr-api-token': 'guess' } });
    await expect
      .poll(() => notes)
      .toMatchObject([{ action: 'internal-call', outcome: 'unauthorized', actor: { kind: 'anonymous' } }]);
  });

  it('should record accepted and invalid events along with the source', async () => {
    takeNotes();
    await event({ id: 'e-1', source: 'shop', data: { title: 'Hello', feed: 'topic:a' } });
    await event({ id: 'e-2', source: 7, data: { title: '' } });
    expect(takeNotes()).toEqual([
      {
        ...{ action: 'publish', via: 'topic', outcome: 'done', feeds: ['topic:a'], ids: ['e-1'] },
        actor: { kind: 'app', name: 'shop', claimed: true },
      },
      { action: 'publish', via: 'topic', outcome: 'invalid', actor: { kind: 'app', claimed: true } },
    ]);
  });
});
