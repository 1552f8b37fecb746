import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Broadcaster } from '../../src/deliver/ports.ts';
import type { ReaderChannel } from '../../src/readers/ports.ts';
import type { ReaderChange } from '../../src/readers/events/reader-change.ts';
import { anEvent, listen, waitUntil } from './broadcaster.ts';

const read = (reader: string, version: number): ReaderChange => ({
  ...{ reader, name: 'read', feed: 'user:ä', version: String(version) },
});
const mutes = (reader: string): ReaderChange => ({ reader, name: 'mutes', version: '' });

/** Tests that every reader channel must pass. `instances` returns a connected channel for each instance. */
export function readerChannelSuite(
  name: string,
  instances: () => readonly (ReaderChannel & Broadcaster)[],
): void {
  const collect = (channel: ReaderChannel, reader: string): ReaderChange[] => {
    const events: ReaderChange[] = [];
    channel.onChange((event) => event.reader === reader && events.push(event));
    return events;
  };

  describe(`${name} as the channel to readers`, () => {
    it('should deliver changes unchanged and in order to every instance, including the sender', async () => {
      const reader = `user:ä ${randomUUID()}`;
      const received = instances().map((instance) => collect(instance, reader));
      const events = [
        read(reader, 1),
        mutes(reader),
        ...Array.from({ length: 50 }, (_, i) => read(reader, i)),
      ];
      for (const event of events) await instances()[0]?.publish(event);
      await waitUntil(() => received.every(({ length }) => length >= events.length));
      for (const changes of received) expect(changes).toEqual(events);
    });

    it('should keep reader changes and publications apart', async () => {
      const reader = `client:${randomUUID()}`;
      const feed = `topic:${randomUUID()}`;
      const received = instances().map(
        (instance) => [collect(instance, reader), listen(instance, feed)] as const,
      );
      for (let offset = 1; offset <= 20; offset++) {
        await instances()[0]?.broadcast([anEvent(offset, feed)]);
        await instances()[0]?.publish(read(reader, offset));
      }
      await waitUntil(() =>
        received.every(([changes, events]) => changes.length >= 20 && events.length >= 20),
      );
      for (const [changes, events] of received) {
        expect(changes).toHaveLength(20);
        expect(events.map(({ publications }) => publications[0]?.offset)).toEqual(
          Array.from({ length: 20 }, (_, i) => i + 1),
        );
      }
    });
  });
}
