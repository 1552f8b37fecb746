import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sidecar } from '@tocsin/service';
import { startStack, type Stack } from '@tocsin/tools';
import { createBindingChannel } from '../../bff/src/away/channels/binding/binding-channel.ts';
import type { Invoke } from '../../bff/src/away/channels/binding/invoke.ts';
import { createWebhookChannel } from '../../bff/src/away/channels/binding/webhook-channel.ts';
import { loadTemplates } from '../../bff/src/away/templates/templates.ts';
import { messageOf, notificationOf } from '../../bff/testing/away/messages.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../bff/testing/away/webhook-receiver.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const NO_ADDRESSES = { push: [] };
/** Contains characters that Go's JSON encoder writes differently from JavaScript's, or that could break a header. */
const HOSTILE = '<b>&amp;</b>\u2028\u2029 "\\/\' é 👩‍👩‍👧 \ud800 {{x}} \u007f\u0080';

let stack: Stack;
let receiver: WebhookReceiver;
let sidecar: Sidecar;
let invoke: Invoke;
let files: string;
let resources: string;

/** Copies a file from examples/channels and changes a value, as a deployment would. */
const enable = (component: string, from: string, to: string) => {
  const file = readFileSync(join('examples', 'channels', `${component}.yaml`), 'utf8');
  expect(file).toContain(from);
  writeFileSync(join(resources, `${component}.yaml`), file.replace(from, to));
};

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'tocsin-files-'));
  resources = mkdtempSync(join(tmpdir(), 'tocsin-channels-'));
  receiver = await startWebhookReceiver(secret);
  enable('notification-webhook', 'https://hooks.example.com/tocsin', `${receiver.url}/hooks`);
  enable('notification-files', '/var/spool/tocsin', files);
  stack = await startStack({ bffs: 0, producers: 0 });
  const { daprUrl, daprHeaders } = await stack.startExternalSidecar('bff', { resourcesDir: resources });
  sidecar = new Sidecar({
    httpPort: Number(new URL(daprUrl).port),
    token: daprHeaders['dapr-api-token'],
    timeoutMs: 25_000,
  });
  invoke = (binding, operation, data, metadata) =>
    sidecar.invokeBinding(binding, { operation: operation, data, metadata });
});
afterAll(async () => {
  await sidecar?.close();
  await stack?.stop();
  await receiver?.close();
  for (const folder of [files, resources]) rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  receiver.answer = undefined;
  receiver.received.length = 0;
});

describe('a webhook through a real sidecar', () => {
  const send = (key: string, title = HOSTILE) =>
    createWebhookChannel({ invoke, secret }).send(
      messageOf([notificationOf('x', { id: 'n1', title, body: `${HOSTILE}\n\t<p>`, link: '/a?b=<c>&d' })], {
        key,
        more: 2,
      }),
      NO_ADDRESSES,
    );

  it('should arrive with a valid signature over its exact bytes', async () => {
    expect(await send('key-1')).toEqual({ outcome: 'sent' });
    expect(receiver.faults).toEqual([]);
    const wellFormed = HOSTILE.replace('\ud800', '\ufffd');
    expect(receiver.received).toMatchObject([
      {
        id: 'key-1',
        contentType: 'application/json',
        event: {
          type: 'notification.unread',
          timestamp: '2026-03-01T10:00:00Z',
          data: {
            key: 'key-1',
            reader: 'user:7',
            language: 'en',
            count: 3,
            more: 2,
            notifications: [
              {
                id: 'n1',
                feed: 'user:7',
                severity: 'info',
                title: wellFormed,
                body: `${wellFormed}\n\t<p>`,
                link: '/a?b=<c>&d',
                open: 'https://inbox.example/#/n1',
              },
            ],
            links: { inbox: 'https://inbox.example/' },
          },
        },
      },
    ]);
  });

  it('should keep the same id and body across attempts', async () => {
    await send('key-2');
    await send('key-2');
    const [first, second] = receiver.received.map(({ id, body }) => ({ id, body }));
    expect(first?.id).toBe('key-2');
    expect(second).toEqual(first);
  });

  it.each([
    [200, 'sent'],
    [204, 'sent'],
    [301, 'refused'],
    [400, 'refused'],
    [410, 'refused'],
    [429, 'unavailable'],
    [503, 'unavailable'],
    [500, 'unknown'],
    [504, 'unknown'],
  ])('should have an outcome that matches the receiver’s status: %i, %s', async (status, outcome) => {
    receiver.answer = (response) => response.writeHead(status).end('no');
    const result = await send(`status-${status}`);
    expect(result.outcome, JSON.stringify(result)).toBe(outcome);
  });

  it('should have the outcome `unknown` if the receiver closes the connection', async () => {
    receiver.answer = (response) => response.destroy();
    expect(await send('broken')).toMatchObject({ outcome: 'unknown' });
  });

  it('should not fill the sidecar’s memory with a long response', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const writing = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
      setTimeout(() => response.end(), 300);
      response.on('close', () => clearInterval(writing));
    };
    expect(await send('long')).toEqual({ outcome: 'sent' });
  });
});

describe('a channel that uses another binding, through a real sidecar', () => {
  const templates = loadTemplates();
  const settings = {
    name: 'files',
    binding: 'notification-files',
    metadata: { fileName: '$key' },
    data: { to: '$email', about: '$subject', n: '$count', price: '$$5', raw: ['$event'] },
  };
  const ada = { email: { address: 'ada@example.org' }, push: [] };

  it('should write the data that the mapping defines', async () => {
    const channel = createBindingChannel({ ...settings, invoke, templates });
    const message = messageOf([notificationOf('$email')], { key: 'm-1' });
    expect(await channel.send(message, ada)).toEqual({ outcome: 'sent' });
    expect(JSON.parse(readFileSync(join(files, 'm-1'), 'utf8'))).toMatchObject({
      to: 'ada@example.org',
      about: '$email',
      n: 1,
      price: '$5',
      raw: [{ type: 'notification.unread', data: { key: 'm-1' } }],
    });
  });

  it('should have the outcome `unavailable` if the component is missing', async () => {
    const channel = createBindingChannel({ ...settings, binding: 'missing', invoke, templates });
    expect(await channel.send(messageOf([notificationOf('A')]), ada)).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('missing') as string,
    });
  });

  it('should have the outcome `unavailable` if the sidecar is down, as a webhook does', async () => {
    const unreachable = new Sidecar({ httpPort: 1, timeoutMs: 1000 });
    const down: Invoke = (binding, operation, data, metadata) =>
      unreachable.invokeBinding(binding, { operation: operation, data, metadata });
    const channels = [
      createBindingChannel({ ...settings, invoke: down, templates }),
      createWebhookChannel({ invoke: down, secret }),
    ];
    for (const channel of channels) {
      expect(await channel.send(messageOf([notificationOf('A')]), ada)).toMatchObject({
        outcome: 'unavailable',
      });
    }
    await unreachable.close();
  });
});
