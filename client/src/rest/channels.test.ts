import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deletePushSchema, emailCodeSchema, putEmailSchema, putPushSchema } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  addPushDevice,
  agreeToEmail,
  fetchChannels,
  removePushDevice,
  sendEmailCode,
  stopEmail,
} from './channels.ts';

const channels = {
  channels: [{ name: 'email', reaches: true }],
  email: { address: 'ada@example.com', offered: null },
  push: { publicKey: 'key', endpoints: ['https://push.example/1'] },
};

let server: Server;
let url: string;
let reply: { status: number; body?: unknown };
let requests: { line: string; token: string | undefined; body: unknown }[];

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeEach(async () => {
  reply = { status: 204 };
  requests = [];
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method, url: path, headers } = request;
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      requests.push({ line: `${method} ${path}`, token: headers.authorization, body });
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("should return the reader's channels", async () => {
  reply = { status: 200, body: channels };
  expect(await fetchChannels(url, { token: 't' })).toEqual(channels);
  expect(requests).toEqual([{ line: 'GET /app/channels', token: 'Bearer t', body: undefined }]);
});

it('should report malformed responses and refusals', async () => {
  reply = { status: 200, body: { ...channels, push: { publicKey: 7, endpoints: [] } } };
  await expect(fetchChannels(url)).rejects.toMatchObject({ code: 'malformed' });
  reply = { status: 403, body: {} };
  await expect(fetchChannels(url)).rejects.toMatchObject({ status: 403, temporary: false });
});

it('should report a change as saved only after status 204', async () => {
  reply = { status: 200, body: {} };
  await expect(stopEmail(url)).rejects.toMatchObject({ code: 'malformed', temporary: true });
});

it('should opt in to e-mail with and without a code, and opt out', async () => {
  await agreeToEmail(url);
  await sendEmailCode(url, 'ada@other.example');
  await agreeToEmail(url, { code: '12345678', language: 'de' }, { token: 't' });
  await stopEmail(url, { token: 't' });
  expect(requests.map(({ line }) => line)).toEqual([
    'PUT /app/channels/email',
    'POST /app/channels/email/code',
    'PUT /app/channels/email',
    'DELETE /app/channels/email',
  ]);
  expect(putEmailSchema.parse(requests[0]?.body)).toEqual({ consent: true });
  expect(emailCodeSchema.parse(requests[1]?.body)).toEqual({ address: 'ada@other.example' });
  expect(putEmailSchema.parse(requests[2]?.body)).toMatchObject({ code: '12345678', language: 'de' });
  expect(requests[3]).toMatchObject({ body: undefined, token: 'Bearer t' });
});

it("should register a device with the browser's subscription and remove it", async () => {
  const endpoint = 'https://push.example/1';
  const subscription = { endpoint, keys: { p256dh: 'abc', auth: 'def' } };
  const json = { ...subscription, expirationTime: null, later: true };
  await addPushDevice(url, { toJSON: () => json }, 'en', { token: 't' });
  await removePushDevice(url, endpoint);
  expect(requests.map(({ line }) => line)).toEqual(['PUT /app/channels/push', 'DELETE /app/channels/push']);
  expect(putPushSchema.parse(requests[0]?.body)).toEqual({ subscription, language: 'en' });
  expect(deletePushSchema.parse(requests[1]?.body)).toEqual({ endpoint });
});
