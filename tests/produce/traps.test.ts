import { describe, expect, it } from 'vitest';
import { useShopStack } from '../support/processes/shop-stack.ts';

/** Tests the Dapr behavior described in docs/guides/traps-for-publishers.md. Other Dapr versions can differ. */
const shopStack = useShopStack();

const TOPIC = 'notification-pubsub/notifications';
const call = (path: string, body: string, contentType: string) =>
  fetch(`${shopStack.shop.daprUrl}${path}`, {
    method: 'POST',
    headers: { ...shopStack.shop.daprHeaders, 'content-type': contentType },
    body,
  });
const publish = (body: unknown, contentType = 'application/json') =>
  call(`/v1.0/publish/${TOPIC}`, typeof body === 'string' ? body : JSON.stringify(body), contentType);

/** Returns the set-aside records as text, including the errors for rejected events. */
async function setAside(): Promise<string> {
  const response = await fetch(`${shopStack.stack.bffs[0]?.url}/app/ops/dead-letters`);
  return response.text();
}

describe('a message from a publisher', () => {
  it('should be set aside if it’s an event sent as plain JSON, which Dapr wraps in another event', async () => {
    const event = { specversion: '1.0', id: 'trap-1', type: 'a', source: 'shop', data: { title: 'As JSON' } };
    expect((await publish(event)).status).toBe(204);
    await expect.poll(setAside).toContain('specversion');
    expect((await publish({ ...event, id: 'trap-2' }, 'application/cloudevents+json')).status).toBe(204);
    await shopStack.observer.untilShown(['trap-2']);
  });

  it('should be set aside if it’s plain text, unless the text is a JSON notification', async () => {
    expect((await publish('{"id":"trap-3","title":"As text"}', 'text/plain')).status).toBe(204);
    await shopStack.observer.untilShown(['trap-3']);
    expect((await publish('Order 9 was shipped', 'text/plain')).status).toBe(204);
    await expect.poll(setAside).toContain('Order 9 was shipped');
  });

  it('should be shown if published in bulk, since each entry becomes an event', async () => {
    const entries = ['trap-5', 'trap-6'].map((id) => ({
      entryId: id,
      contentType: 'application/json',
      event: { id, title: 'In bulk' },
    }));
    const response = await call(`/v1.0/publish/bulk/${TOPIC}`, JSON.stringify(entries), 'application/json');
    expect(response.ok, await response.text()).toBe(true);
    await shopStack.observer.untilShown(['trap-5', 'trap-6']);
  });

  it('should be shown only once if it’s sent twice as a raw payload without an id', async () => {
    const raw = (body: object) =>
      call(`/v1.0/publish/${TOPIC}?metadata.rawPayload=true`, JSON.stringify(body), 'application/json');
    for (const body of [{ title: 'Raw' }, { title: 'Raw' }, { id: 'trap-7', title: 'Raw' }])
      expect((await raw(body)).status).toBe(204);
    await shopStack.observer.untilShown(['trap-7']);
    const shown = async () => {
      const response = await fetch(`${shopStack.stack.bffs[0]?.url}/app/notifications?feed=all`);
      const { publications } = (await response.json()) as {
        publications: { notification: { title: string } }[];
      };
      return publications.filter(({ notification }) => notification.title === 'Raw');
    };
    // Dapr can deliver the events in a different order.
    await expect.poll(shown).toHaveLength(2);
  });
});
