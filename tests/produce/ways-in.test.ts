import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { COMPONENTS } from '@tocsin/contracts';
import { createPublisher } from '@tocsin/publish';
import type { ExternalSidecar, Stack } from '@tocsin/tools';
import { describe, expect, it } from 'vitest';
import { useShopStack } from '../support/processes/shop-stack.ts';

type Sidecar = Pick<ExternalSidecar, 'daprUrl' | 'daprHeaders'>;

const shopStack = useShopStack();

/** Posts JSON to a sidecar's API. */
async function callThrough(sidecar: Sidecar | undefined, path: string, body: unknown): Promise<Response> {
  if (!sidecar) throw new Error('the stack has no such sidecar');
  return fetch(`${sidecar.daprUrl}${path}`, {
    method: 'POST',
    headers: { ...sidecar.daprHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
const send = (path: string, body: string | Uint8Array<ArrayBuffer>, contentType: string) =>
  fetch(`${shopStack.shop.daprUrl}${path}`, {
    method: 'POST',
    headers: { ...shopStack.shop.daprHeaders, 'content-type': contentType },
    body,
  });
const call = (path: string, body: unknown, contentType = 'application/json') =>
  send(path, JSON.stringify(body), contentType);
const publishRaw = (body: string | Uint8Array<ArrayBuffer>, contentType: string) =>
  send('/v1.0/publish/notification-pubsub/notifications?metadata.rawPayload=true', body, contentType);
const publish = (body: unknown, contentType?: string) =>
  call('/v1.0/publish/notification-pubsub/notifications', body, contentType);
const cloudEvent = (id: string, data: unknown, source = 'shop') => ({
  specversion: '1.0',
  id,
  type: 'order.shipped',
  source,
  datacontenttype: 'application/json',
  data,
});
const timesShown = (id: string) => shopStack.observer.shown.filter((shown) => shown.id === id).length;

describe('another application', () => {
  it('should be able to publish to the topic, and repeated events should be shown only once', async () => {
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
    await shopStack.observer.untilShown(['shipped-1', 'plain-1', 'plain-2']);
    await shopStack.observer.untilShown(await publishMarker());
    expect(timesShown('shipped-1')).toBe(1);
  });

  it('should be able to invoke the producer through its own sidecar', async () => {
    const method = '/v1.0/invoke/producer/method/notifications';
    const response = await call(method, { id: 'invoked', title: 'x' });
    expect([response.status, await response.json()]).toEqual([202, { ids: ['invoked'] }]);
    expect((await call(method, { title: '' })).status).toBe(400);
    await shopStack.observer.untilShown(['invoked']);
  });

  it('should publish in order with @tocsin/publish while the producer is killed and restarted', async () => {
    const publisher = createPublisher({
      url: `${shopStack.shop.daprUrl}/v1.0/invoke/producer/method`,
      headers: shopStack.shop.daprHeaders,
      batchingDelayMs: 1,
    });
    const ids = Array.from({ length: 300 }, (_, index) => `kept-${index}`);
    const published: Promise<string>[] = [];
    for (const id of ids) {
      published.push(publisher.publish({ id, title: id }));
      if (id === 'kept-150') void shopStack.stack.producers[0]?.app.restart();
      await delay(2);
    }
    expect(await Promise.all(published)).toEqual(ids);
    await publisher.close();
    await shopStack.observer.untilShown(ids);
    expect(shopStack.observer.shown.map(({ id }) => id).filter((id) => id.startsWith('kept-'))).toEqual(ids);
  });

  it('should be able to publish and invoke from Python with only the standard library', async () => {
    const python = spawn('python3', ['-'], {
      env: {
        ...process.env,
        DAPR_URL: shopStack.shop.daprUrl,
        DAPR_API_TOKEN: shopStack.shop.daprHeaders['dapr-api-token'],
      },
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
    await shopStack.observer.untilShown(['python-published', 'python-invoked']);
  });

  it('should be able to reuse an id for two sources, and retract both notifications', async () => {
    const send = (source: string) =>
      publish(cloudEvent('same', { title: `From ${source}` }, source), 'application/cloudevents+json');
    expect((await send('shop')).status).toBe(204);
    await shopStack.observer.untilShown(['same']);
    expect((await send('stock')).status).toBe(204);
    const stockId = `same.${createHash('sha256').update('stock').digest('hex').slice(0, 8)}`;
    await shopStack.observer.untilShown([stockId]);
    expect([(await send('stock')).status, (await send('shop')).status]).toEqual([204, 204]);
    await shopStack.observer.untilShown(await publishMarker());
    expect([timesShown('same'), timesShown(stockId)]).toEqual([1, 1]);
    const retractedIds = async () => {
      const page = await fetch(`${shopStack.stack.bffs[0]?.url}/app/notifications?limit=200`);
      const { publications } = (await page.json()) as { publications: { id?: string; gone?: string }[] };
      return publications.flatMap(({ id, gone }) => (gone === 'retracted' && id ? [id] : []));
    };
    for (const id of ['same', stockId]) {
      const path = `${shopStack.stack.producers[0]?.url}/notifications/${id}`;
      expect((await fetch(path, { method: 'DELETE' })).status).toBe(202);
      await expect.poll(retractedIds).toContain(id);
    }
  });

  it('should have its scheduled events retracted by id, regardless of source', async () => {
    // Leaves enough time on a busy machine to retract some of these events before they're due.
    const deliverAt = new Date(Date.now() + 8_000).toISOString();
    const farAway = new Date(Date.now() + 3_600_000).toISOString();
    const publishScheduled = (id: string, source: string, at = deliverAt) =>
      publish(cloudEvent(id, { title: source, deliverAt: at }, source), 'application/cloudevents+json');
    for (const source of ['shop', 'stock']) {
      expect((await publishScheduled('due', source)).status).toBe(204);
      expect((await publishScheduled('withdrawn', source)).status).toBe(204);
      expect((await publishScheduled('far', source, farAway)).status).toBe(204);
    }
    await shopStack.observer.untilShown(await publishMarker());
    const digits = (text: string, count: number) =>
      createHash('sha256').update(text).digest('hex').slice(0, count);
    const jobs = ['shop', 'stock'].map((source) => `${digits('all', 32)}:far ${digits(source, 16)}`);
    const { daprUrl, daprHeaders } = shopStack.stack.producers[0] as Stack['producers'][number];
    const isKept = async (job: string) =>
      (await fetch(`${daprUrl}/v1.0/jobs/${encodeURIComponent(job)}`, { headers: daprHeaders })).ok;
    const areStored = () => Promise.all(jobs.map(isKept));
    await expect.poll(areStored).toEqual([true, true]);
    for (const id of ['withdrawn', 'far']) {
      const path = `${shopStack.stack.producers[0]?.url}/notifications/${id}`;
      expect((await fetch(path, { method: 'DELETE' })).status).toBe(202);
    }
    expect(await areStored()).toEqual([false, false]);
    const idForSource = (id: string, source: string) => `${id}.${digits(source, 8)}`;
    const shownAs = () => shopStack.observer.shown.map(({ id }) => id).filter((id) => id.startsWith('due'));
    await expect.poll(() => shownAs().length, { timeout: 20_000 }).toBe(2);
    expect(shownAs()).toContain('due');
    expect([idForSource('due', 'shop'), idForSource('due', 'stock')]).toContain(
      shownAs().find((id) => id !== 'due'),
    );
    expect(shopStack.observer.shown.filter(({ id }) => id.startsWith('withdrawn'))).toEqual([]);
  });

  it('should be able to publish raw payloads: a single notification, or an array', async () => {
    expect((await publishRaw('{"id":"raw-1","title":"x"}', 'application/json')).status).toBe(204);
    expect((await publishRaw('[{"id":"raw-2","title":"x"}]', 'application/octet-stream')).status).toBe(204);
    await shopStack.observer.untilShown(['raw-1', 'raw-2']);
  });

  async function setAside(): Promise<{ entry: string; content: string | null }[]> {
    const bff = shopStack.stack.bffs[0] as Stack['bffs'][number];
    const state = async (key: string): Promise<unknown> => {
      const url = `${bff.daprUrl}/v1.0/state/notification-state/${encodeURIComponent(key)}`;
      return (await fetch(url, { headers: bff.daprHeaders })).json().catch(() => ({}));
    };
    const { entries = [] } = (await state('set-aside')) as { entries?: string[] };
    return Promise.all(
      entries.map(
        async (entry) => (await state(`set-aside:${entry}`)) as { entry: string; content: string | null },
      ),
    );
  }

  it('should have its invalid events set aside with errors, without delaying other events', async () => {
    const event = cloudEvent('bad-1', { title: '', colour: 'red' });
    expect((await publish(event, 'application/cloudevents+json')).status).toBe(204);
    await shopStack.observer.untilShown(await publishMarker());
    await expect.poll(setAside).toHaveLength(1);
    expect((await setAside())[0]).toMatchObject({
      entry: expect.stringMatching(/^event:/) as string,
      reason: 'invalid',
      faults: [expect.stringMatching(/^title: /), expect.stringMatching(/^colour: /)],
      content: JSON.stringify({ colour: 'red', title: '' }),
    });
  });

  it('should have its raw payloads set aside if they are not JSON, not text, or not a notification', async () => {
    const before = (await setAside()).length;
    const payloads = ['not JSON', new Uint8Array([0xff, 0xfe]), '{"colour":"blue"}'];
    for (const payload of payloads) {
      expect((await publishRaw(payload, 'application/octet-stream')).status).toBe(204);
    }
    await expect.poll(setAside, { timeout: 20_000 }).toHaveLength(before + payloads.length);
    expect((await setAside()).map(({ content }) => content)).toEqual(
      expect.arrayContaining(['"not JSON"', '"//4="', '{"colour":"blue"}']),
    );
  });

  it.each([
    'notification-partitions',
    'notification-partitions-dead',
    'notification-announcements',
    'notification-announcements-dead',
    'notifications-dead',
    'notifications-refused',
  ])('should not be able to publish to %s', async (topic) => {
    expect((await call(`/v1.0/publish/notification-pubsub/${topic}`, {})).status).toBe(403);
    expect((await call(`/v1.0/publish/notification-deadletters/${topic}`, {})).status).toBeGreaterThanOrEqual(
      400,
    );
  });

  it('should not be able to access our entries, state or secrets', async () => {
    const binding = { operation: 'get', metadata: { key: 'entry:x' } };
    const calls: [owner: Sidecar | undefined, path: string, body: unknown][] = [
      [shopStack.stack.producers[0], `/v1.0/bindings/${COMPONENTS.entries}`, binding],
      [shopStack.stack.bffs[0], `/v1.0/state/${COMPONENTS.state}`, []],
    ];
    for (const [owner, path, body] of calls) {
      expect((await callThrough(owner, path, body)).ok, path).toBe(true);
      expect((await callThrough(shopStack.shop, path, body)).status, path).toBeGreaterThanOrEqual(400);
    }
    expect(
      (
        await fetch(`${shopStack.shop.daprUrl}/v1.0/secrets/environment/HOST`, {
          headers: shopStack.shop.daprHeaders,
        })
      ).status,
    ).toBe(403);
  });
});

let markers = 0;
/** Posts a final notification and returns its id. Tests wait until it's shown before checking earlier notifications. */
async function publishMarker(): Promise<string[]> {
  const id = `mark-${++markers}`;
  await fetch(`${shopStack.stack.producers[0]?.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: id }),
  });
  return [id];
}
