import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import type { NotificationClient } from '../types.ts';

let gateway: Gateway;
let client: NotificationClient;

beforeEach(async () => {
  gateway = new Gateway();
  await gateway.listen();
  client = createNotificationClient({ url: gateway.url });
  client.subscribe('all', {});
  await vi.waitFor(() => expect(client.status).toBe('live'));
});
afterEach(async () => {
  client.close();
  await gateway.close();
});

it("should report the reader's mutes after a change in any tab or on any device", async () => {
  const received: unknown[] = [];
  client.on('mutes', (mutes) => received.push(mutes));
  const mutes = { feeds: ['topic:stock'], severities: ['info'] };
  gateway.sockets[0]?.emit('mutes', mutes);
  await vi.waitFor(() => expect(received).toEqual([mutes]));
});

it('should report a malformed event', async () => {
  const errors: Error[] = [];
  client.on('error', (error) => errors.push(error));
  client.on('mutes', () => errors.push(new Error('unexpected event')));
  gateway.sockets[0]?.emit('mutes', { feeds: 'all', severities: [] });
  await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'malformed' }]));
});
