import { createECDH } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../testing/free-port.ts';
import { messageOf, notificationOf } from '../../../../testing/away/messages.ts';
import { startPushService, type TestPushService } from '../../../../testing/away/push-service.ts';
import { loadTemplates } from '../../templates/templates.ts';
import type { PushSubscription } from '../channel.ts';
import { createPushChannel, type PushOptions } from './push-channel.ts';
import { newVapid } from './vapid.ts';

const templates = loadTemplates();
const vapid = newVapid('mailto:ops@shop.example');
const NOW = Date.parse('2026-03-01T12:00:00Z');

let service: TestPushService;
let channel: ReturnType<typeof createPushChannel>;
const channelWith = (options: Partial<PushOptions> = {}) =>
  (channel = createPushChannel({ vapid, templates, allowLoopback: true, now: () => NOW, ...options }));
beforeEach(async () => {
  service = await startPushService(vapid.publicKey);
  channelWith();
});
afterEach(async () => {
  await service.close();
  await channel.close();
});

const single = messageOf([
  notificationOf('Order 7 shipped', { id: 'o7', body: 'On its way.', severity: 'error' }),
]);
const pushTo = (...push: PushSubscription[]) => channel.send(single, { push });
const jsonOf = (text = '') => JSON.parse(text) as { notification: Record<string, unknown>; web_push: number };

describe('a push', () => {
  it('should be signed with our key, and encrypted for the device', async () => {
    expect(await pushTo(service.subscribe('phone'))).toEqual({ outcome: 'sent' });
    expect(service.faults).toEqual([]);
    const [push] = service.received;
    expect(push?.claims).toMatchObject({ sub: 'mailto:ops@shop.example', aud: service.origin });
    expect(push?.headers).toMatchObject({ ttl: '86400', urgency: 'high' });
    expect(push?.headers['topic']).toMatch(/^[\w-]{32}$/);
    expect(jsonOf(push?.text)).toEqual({
      web_push: 8030,
      notification: {
        title: 'Order 7 shipped',
        lang: 'en',
        dir: 'auto',
        body: 'On its way.',
        navigate: 'https://inbox.example/#/o7',
        tag: push?.headers['topic'],
        timestamp: Date.parse('2026-03-01T10:00:00Z'),
        data: { inbox: 'https://inbox.example/', feed: 'user:7', id: 'o7' },
      },
    });
  });

  it("should show a digest's notification count and newest titles", async () => {
    const titles = ['A', 'B', 'C', 'D', 'E', 'F'];
    const digest = messageOf(
      titles.map((title) => notificationOf(title)),
      { more: 3, language: 'de' },
    );
    await channel.send(digest, { push: [service.subscribe('phone')] });
    const { notification, ...others } = jsonOf(service.received[0]?.text);
    expect(others).toEqual({ web_push: 8030 });
    expect(notification).toMatchObject({
      title: '9 ungelesene Benachrichtigungen',
      body: 'A\nB\nC\nD\nE',
      navigate: 'https://inbox.example/',
    });
    expect(service.received[0]?.headers['urgency']).toBe('low');
  });

  it('should only replace earlier pushes of the same message or with the same collapse key', async () => {
    const phone = service.subscribe('phone');
    const send = (key: string, collapseKey?: string) =>
      channel.send(messageOf([notificationOf('A', collapseKey ? { collapseKey } : {})], { key }), {
        push: [phone],
      });
    for (const [key, collapse] of [
      ['a'],
      ['a'],
      ['b'],
      ['c', 'disk'],
      ['d', 'disk'],
      ['e', 'cpu'],
    ] as const) {
      await send(key, collapse);
    }
    const [a, repeatedA, b, disk, newDisk, cpu] = service.received.map(({ headers }) => headers['topic']);
    expect(repeatedA).toBe(a);
    expect(newDisk).toBe(disk);
    expect(new Set([a, b, disk, cpu]).size).toBe(4);
  });

  it('should not outlive the notification', async () => {
    const expiring = messageOf([notificationOf('A', { expiresAt: '2026-03-01T12:01:00Z' })]);
    await channel.send(expiring, { push: [service.subscribe('phone')] });
    expect(service.received[0]?.headers['ttl']).toBe('60');
  });

  it('should fit into 4,096 bytes', async () => {
    const wide = '👩‍👩‍👧'.repeat(24);
    const long = messageOf([
      notificationOf('x', { title: wide, body: `${wide}\n`.repeat(20), id: 'i'.repeat(128) }),
    ]);
    expect(await channel.send(long, { push: [service.subscribe('phone')] })).toEqual({ outcome: 'sent' });
    expect(jsonOf(service.received[0]?.text).notification['body']).toMatch(/…$/);
    const links = { ...long.links, open: () => `https://inbox.example/#/${'%F0'.repeat(1300)}` };
    expect(await channel.send({ ...long, links }, { push: [service.subscribe('phone')] })).toEqual({
      outcome: 'sent',
    });
    expect(jsonOf(service.received[1]?.text).notification['navigate']).toBe('https://inbox.example/');
  });
});

describe('sending a push', () => {
  const GOOD = 201;
  it.each<[string, number[], object]>([
    ['one device', [GOOD], { outcome: 'sent' }],
    ['a device that is gone', [GOOD, 410], { outcome: 'sent', gone: ['1'] }],
    ['only gone devices', [404, 410], { outcome: 'refused', gone: ['0', '1'] }],
    ['a busy service', [429], { outcome: 'unavailable' }],
    ['a broken service', [503, 410], { outcome: 'unavailable' }],
    ['a busy service and a service that accepts', [429, GOOD], { outcome: 'sent' }],
    ['a service that refuses', [400], { outcome: 'refused' }],
    ['a service that refuses the size', [413], { outcome: 'refused' }],
    ['a redirect', [302], { outcome: 'refused' }],
  ])('should combine the responses for all devices: %s, %j -> %j', async (_, statuses, expected) => {
    const devices = statuses.map((status, index) => {
      if (status !== GOOD) service.answer(String(index), status);
      return service.subscribe(String(index));
    });
    const result = await pushTo(...devices);
    const gone = 'gone' in result ? result.gone?.map((endpoint) => endpoint.at(-1)) : undefined;
    expect({ ...result, ...(gone && { gone }) }).toMatchObject(expected);
    expect('gone' in result).toBe('gone' in expected);
  });

  it('should return `unavailable` if the push service refuses the connection', async () => {
    const { keys } = service.subscribe('phone');
    expect(await pushTo({ endpoint: `http://127.0.0.1:${await freePort()}/push/x`, keys })).toMatchObject({
      outcome: 'unavailable',
    });
  });

  it("should return `unknown` if the push service disconnects or doesn't respond", async () => {
    channelWith({ timeoutMs: 1_000 });
    service.answer('broken', (_, request) => request.socket.destroy());
    service.answer('silent', () => {});
    expect(await pushTo(service.subscribe('broken'))).toMatchObject({ outcome: 'unknown' });
    expect(await pushTo(service.subscribe('silent'))).toMatchObject({ outcome: 'unknown' });
    expect(await pushTo(service.subscribe('silent'), service.subscribe('good'))).toEqual({ outcome: 'sent' });
  });

  it('should use the response status, even if the body never ends', async () => {
    service.answer('endless', (response) => {
      response.writeHead(201);
      const more = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(await pushTo(service.subscribe('endless'))).toEqual({ outcome: 'sent' });
  });

  it('should return `refused` if the subscription was created with a different key', async () => {
    channelWith({ vapid: newVapid('mailto:ops@shop.example') });
    expect(await pushTo(service.subscribe('phone'))).toMatchObject({
      outcome: 'refused',
      reason: 'The push service returned 403',
    });
  });

  it.each([
    ['no keys', { p256dh: '', auth: '' }],
    [
      'a key that is not a point on the curve',
      { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: 'a'.repeat(22) },
    ],
    ['a short secret', { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: 'AA' }],
  ])('should report a subscription as gone if it has %s', async (_, keys) => {
    const { endpoint } = service.subscribe('phone');
    expect(await pushTo({ endpoint, keys })).toMatchObject({ outcome: 'refused', gone: [endpoint] });
    expect(service.received).toEqual([]);
  });
});

describe('a forged endpoint', () => {
  it('should not make the server call an internal address', async () => {
    const { keys } = service.subscribe('phone');
    channelWith({ allowLoopback: false });
    const endpoints = [service.origin, 'https://10.0.0.1', 'https://[::1]', 'file:///etc/passwd', 'x'];
    for (const endpoint of endpoints) {
      expect(await pushTo({ endpoint, keys })).toMatchObject({ outcome: 'refused', gone: [endpoint] });
    }
    // Host names are checked when they are resolved.
    expect(await pushTo({ endpoint: 'https://localhost/push', keys })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(
        /^localhost resolves to (127\.0\.0\.1|::1), which is not public$/,
      ) as string,
    });
  });
});
