import { randomBytes } from 'node:crypto';
import type { createAdapter } from '@socket.io/redis-streams-adapter';
import { parseJson } from '@tocsin/contracts';
import { MessageType, type ClusterMessage } from 'socket.io-adapter';

/**
 * Taps socket.io's Redis streams adapter, because its `emit` hides a failed XADD, and it passes broadcasts only to the
 * sockets. The package has no public hook for either. `doPublish` and `onRawMessage` are public in its types but not
 * documented. If `streams-adapter.test.ts` fails after an update, read `dist/adapter.js` of the package. Without this
 * file, the broadcaster needs its own Redis stream.
 */
type StreamsAdapter = ReturnType<ReturnType<typeof createAdapter>>;
type RawMessage = Parameters<StreamsAdapter['onRawMessage']>[0];

export interface StreamTap {
  /** Called for each message on the stream, with its id and the bytes of its data. */
  onMessage: (id: string, bytes: number) => void;
  /** Called with the packet data of each broadcast by another process, which is not passed on to the sockets. */
  onBroadcast: (data: unknown) => void;
  /** Called for each message that is not a broadcast, and for each whose handling throws. */
  onSkipped: (id: string, err: unknown) => void;
}

const NAMESPACE = '/';
const EVENT = 2;

/**
 * Returns a function that adds an event to the stream; it resolves when Redis has stored the event, and rejects
 * otherwise.
 */
export function tapStreamsAdapter(
  adapter: StreamsAdapter,
  { onMessage, onBroadcast, onSkipped }: StreamTap,
): (event: readonly unknown[]) => Promise<void> {
  const uid = randomBytes(8).toString('hex');
  // Must not throw: the adapter would read the same messages again at once, until the stream drops them.
  adapter.onRawMessage = (message: RawMessage, id: string): void => {
    try {
      onMessage(id, Buffer.byteLength(message.data ?? ''));
      if (Number(message.type) !== MessageType.BROADCAST) throw new Error('The message is not a broadcast.');
      if (message.uid !== uid) onBroadcast(dataOf(message));
    } catch (err) {
      onSkipped(id, err);
    }
  };
  return async (event) => {
    const packet = { type: EVENT, data: event, nsp: NAMESPACE };
    const data = { packet, opts: { rooms: [], except: [], flags: {} } };
    await adapter.doPublish({
      uid,
      nsp: NAMESPACE,
      type: MessageType.BROADCAST,
      data,
    } satisfies ClusterMessage);
  };
}

function dataOf({ data = '' }: RawMessage): unknown {
  const parsed = parseJson(data) as { packet?: { data?: unknown } } | undefined;
  return parsed?.packet?.data;
}
