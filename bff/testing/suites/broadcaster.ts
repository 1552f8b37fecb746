import { randomUUID } from 'node:crypto';
import type { PublicationsEvent } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { Broadcaster } from '../../src/deliver/ports.ts';

export const anEvent = (offset: number, feed = 'all'): PublicationsEvent => ({
  feed,
  epoch: '1-a',
  publications: [
    {
      offset,
      notification: {
        ...{ id: `n${offset}`, feed, severity: 'info', title: '<Ä & 🔔>' },
        createdAt: '2026-01-01T00:00:00Z',
      },
    },
    { offset: offset + 1, notification: null, id: 'b', gone: 'expired' },
  ],
});

/** Collects a feed's events that a broadcaster receives. */
export function listen(broadcaster: Broadcaster, feed: string): PublicationsEvent[] {
  const events: PublicationsEvent[] = [];
  broadcaster.onEvent((event) => {
    if (event.feed === feed) events.push(event);
  });
  return events;
}

export async function waitUntil(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`the condition was not met within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Tests that every broadcaster must pass. `instances` returns a connected broadcaster for each instance. */
export function broadcasterSuite(name: string, instances: () => readonly Broadcaster[]): void {
  describe(`${name} as a broadcaster`, () => {
    it('should deliver an event unchanged to every instance, including the sender', async () => {
      const feed = `topic:${randomUUID()}`;
      const received = instances().map((instance) => listen(instance, feed));
      await instances()[0]?.broadcast([anEvent(1, feed)]);
      await waitUntil(() => received.every(({ length }) => length > 0));
      for (const events of received) expect(events).toEqual([anEvent(1, feed)]);
    });

    it('should preserve the order of broadcasts', async () => {
      const feed = `topic:${randomUUID()}`;
      const received = instances().map((instance) => listen(instance, feed));
      for (let offset = 1; offset <= 300; offset++) await instances()[0]?.broadcast([anEvent(offset, feed)]);
      await waitUntil(() => received.every(({ length }) => length >= 300));
      for (const events of received) {
        expect(events.map(({ publications }) => publications[0]?.offset)).toEqual(
          Array.from({ length: 300 }, (_, i) => i + 1),
        );
      }
    });

    it('should call every listener', async () => {
      const feed = `topic:${randomUUID()}`;
      const [instance] = instances() as [Broadcaster];
      const received = [listen(instance, feed), listen(instance, feed)];
      await instance.broadcast([anEvent(1, feed)]);
      await waitUntil(() => received.every(({ length }) => length === 1));
    });
  });
}
