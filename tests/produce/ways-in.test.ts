import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Observer, startStack, type ForeignSidecar, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
/** An application that has no part in our code: its sidecar is all that it knows. */
let shop: ForeignSidecar;
let observer: Observer;
beforeAll(async () => {
  stack = await startStack({ bffs: 1 });
  shop = await stack.startForeignSidecar('shop');
  observer = new Observer('client', stack.bffs[0]?.url ?? '');
  await observer.ready();
});
afterAll(async () => {
  observer.close();
  await stack.stop();
});

const call = (path: string, body: unknown, contentType = 'application/json') =>
  fetch(`${shop.daprUrl}${path}`, {
    method: 'POST',
    headers: { ...shop.daprHeaders, 'content-type': contentType },
    body: JSON.stringify(body),
  });
const publish = (body: unknown, contentType?: string) =>
  call('/v1.0/publish/notification-pubsub/notifications', body, contentType);
const cloudEvent = (id: string, data: unknown) => ({
  specversion: '1.0',
  id,
  type: 'order.shipped',
  source: 'shop',
  datacontenttype: 'application/json',
  data,
});
const timesShown = (id: string) => observer.shown.filter((shown) => shown.id === id).length;

describe('an application that does not know us', () => {
  it('should publish to the topic, and be shown once however often the event comes', async () => {
    const event = cloudEvent('shipped-1', { title: 'Order 1 was shipped' });
    for (let i = 0; i < 3; i++) {
      expect((await publish(event, 'application/cloudevents+json')).status).toBe(204);
    }
    expect(
      (
        await publish([
          { id: 'plain-1', title: 'a' },
          { id: 'plain-2', title: 'b' },
        ])
      ).status,
    ).toBe(204);
    await observer.sees(['shipped-1', 'plain-1', 'plain-2']);
    await observer.sees(await markAfter());
    expect(timesShown('shipped-1')).toBe(1);
  });

  it('should invoke the producer through its own sidecar', async () => {
    const method = '/v1.0/invoke/producer/method/notifications';
    const answer = await call(method, { id: 'invoked', title: 'x' });
    expect([answer.status, await answer.json()]).toEqual([202, { ids: ['invoked'] }]);
    expect((await call(method, { title: '' })).status).toBe(400);
    await observer.sees(['invoked']);
  });

  it('should do both from Python, with nothing but its standard library', async () => {
    const python = spawn('python3', ['-'], {
      env: { ...process.env, DAPR_URL: shop.daprUrl, DAPR_API_TOKEN: shop.daprHeaders['dapr-api-token'] },
    });
    python.stdin.end(`
import json, os, urllib.request
def post(path, body):
    request = urllib.request.Request(os.environ["DAPR_URL"] + path, json.dumps(body).encode(),
        {"content-type": "application/json", "dapr-api-token": os.environ["DAPR_API_TOKEN"]})
    return urllib.request.urlopen(request).status
print(post("/v1.0/publish/notification-pubsub/notifications", {"id": "python-published", "title": "x"}))
print(post("/v1.0/invoke/producer/method/notifications", {"id": "python-invoked", "title": "x"}))
`);
    const [output, errors] = await Promise.all([
      text(python.stdout),
      text(python.stderr),
      once(python, 'close'),
    ]);
    expect([output, errors]).toEqual(['204\n202\n', '']);
    await observer.sees(['python-published', 'python-invoked']);
  });

  it('should have what is no notification kept with its faults, and hold up nobody', async () => {
    const event = cloudEvent('bad-1', { title: '', colour: 'red' });
    expect((await publish(event, 'application/cloudevents+json')).status).toBe(204);
    await observer.sees(await markAfter());
    const bff = stack.bffs[0];
    if (!bff) throw new Error('the stack has no bff');
    const state = (key: string) =>
      fetch(`${bff.daprUrl}/v1.0/state/notification-state/${encodeURIComponent(key)}`, {
        headers: bff.daprHeaders,
      });
    const listed = async () =>
      ((await (await state('set-aside')).json().catch(() => ({}))) as { entries?: string[] }).entries ?? [];
    await expect.poll(listed).toHaveLength(1);
    const record: unknown = await (await state(`set-aside:${(await listed())[0]}`)).json();
    expect(record).toMatchObject({
      entry: expect.stringMatching(/^event:/) as string,
      reason: 'invalid',
      faults: [expect.stringMatching(/^title: /), expect.stringMatching(/^colour: /)],
      content: JSON.stringify({ colour: 'red', title: '' }),
    });
  });

  it.each([
    'notification-announcements',
    'notification-announcements-dead',
    'notifications-dead',
    'notifications-refused',
  ])('should not publish to %s', async (topic) => {
    expect((await call(`/v1.0/publish/notification-pubsub/${topic}`, {})).status).toBe(403);
    expect((await call(`/v1.0/publish/notification-deadletters/${topic}`, {})).status).toBeGreaterThanOrEqual(
      400,
    );
  });

  it('should reach neither entries nor state of ours', async () => {
    const binding = { operation: 'get', metadata: { key: 'entry:x' } };
    expect((await call('/v1.0/bindings/notification-entries', binding)).status).toBeGreaterThanOrEqual(400);
    expect((await call('/v1.0/state/notification-state', [])).status).toBeGreaterThanOrEqual(400);
    expect(
      (await fetch(`${shop.daprUrl}/v1.0/secrets/environment/HOST`, { headers: shop.daprHeaders })).status,
    ).toBe(403);
  });
});

/** The id of a notification that was posted after everything else. */
let marks = 0;
async function markAfter(): Promise<string[]> {
  const id = `mark-${++marks}`;
  await fetch(`${stack.producers[0]?.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: id }),
  });
  return [id];
}
