import type { DueSnooze, InboxState } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotificationClient } from '../client.ts';
import { Gateway } from '../testing/gateway.ts';
import type { NotificationClient } from '../types.ts';

const inbox = (version: number, archived: [number, number][] = []): InboxState => ({
  ...{ version, epoch: 'e', seen: 0, unread: [], archived, snoozed: [] },
});
const due = (id: string, until = '2026-05-01T07:00:00Z'): DueSnooze => ({
  ...{ epoch: 'e', offset: 1, until },
  notification: { id, feed: 'all', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' },
});

describe('the client', () => {
  let gateway: Gateway;
  let client: NotificationClient;
  beforeEach(async () => {
    gateway = new Gateway();
    await gateway.listen();
  });
  afterEach(async () => {
    client.close();
    await gateway.close();
  });

  it("should report reader marks before the response's publications and after each change, never out of order", async () => {
    gateway.publish(1);
    gateway.respond = (request) => ({ ...gateway.page(request), inbox: inbox(5) });
    const received: unknown[] = [];
    client = createNotificationClient({ url: gateway.url });
    client.subscribe(
      'all',
      {
        onInbox: ({ version }) => received.push(version),
        onPublications: ([first]) => received.push(first?.notification.id),
      },
      { position: { epoch: 'e', offset: 0 } },
    );
    await vi.waitFor(() => expect(received).toEqual([5, 'n1']));
    for (const version of [4, 5, 7, 6, 8])
      gateway.sockets[0]?.emit('inbox', { feed: 'all', ...inbox(version) });
    await vi.waitFor(() => expect(received.slice(2)).toEqual([5, 7, 8]));
  });

  it('should not report an ended snooze as running if an older response arrives afterwards', async () => {
    const snooze = { id: 'a', epoch: 'e', offset: 1, until: '2026-05-01T07:00:00Z' };
    gateway.respond = (request) => {
      const ended = [{ ...snooze, due: true as const }];
      gateway.sockets[0]?.emit('inbox', { ...inbox(5), feed: 'all', snoozed: ended });
      return { ...gateway.page(request), inbox: { ...inbox(5), snoozed: [snooze] } };
    };
    const received: unknown[] = [];
    client = createNotificationClient({ url: gateway.url });
    client.subscribe('all', {
      onInbox: ({ snoozed: [mark] }) => received.push(mark?.due),
      onCaughtUp: () => received.push('caught up'),
    });
    await vi.waitFor(() => expect(received).toEqual([true, 'caught up']));
  });

  it("should report each snooze's end once", async () => {
    const received: string[] = [];
    client = createNotificationClient({ url: gateway.url });
    client.subscribe('all', {
      onSnoozeDue: (ended) => received.push(...ended.map(({ notification }) => notification.id)),
    });
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('snooze-due', { feed: 'all', due: [due('a')] });
    gateway.sockets[0]?.emit('snooze-due', { feed: 'all', due: [due('a'), due('b')] });
    gateway.sockets[0]?.emit('snooze-due', { feed: 'all', due: [due('a', '2026-06-01T07:00:00Z')] });
    await vi.waitFor(() => expect(received).toEqual(['a', 'b', 'a']));
  });

  it("should report a snooze's end once even if the page subscribes to the feed again", async () => {
    const received: string[] = [];
    client = createNotificationClient({ url: gateway.url });
    const subscribe = () =>
      client.subscribe('all', {
        onSnoozeDue: (ended) => received.push(...ended.map(({ notification }) => notification.id)),
      });
    const first = subscribe();
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('snooze-due', { feed: 'all', due: [due('a')] });
    await vi.waitFor(() => expect(received).toEqual(['a']));
    first.close();
    subscribe();
    await vi.waitFor(() => expect(client.status).toBe('live'));
    gateway.sockets[0]?.emit('snooze-due', { feed: 'all', due: [due('a'), due('b')] });
    await vi.waitFor(() => expect(received).toEqual(['a', 'b']));
  });

  it('should report preferences to listeners', async () => {
    const received: string[] = [];
    client = createNotificationClient({ url: gateway.url });
    client.on('preferences', ({ sources }) => received.push(...sources));
    client.subscribe('all', {});
    await vi.waitFor(() => expect(client.status).toBe('live'));
    const members = {
      feeds: [],
      severities: [],
      categories: [],
      quietHours: null,
      sound: true,
      desktop: false,
    };
    gateway.sockets[0]?.emit('preferences', { ...members, sources: ['ci'] });
    await vi.waitFor(() => expect(received).toEqual(['ci']));
  });
});
