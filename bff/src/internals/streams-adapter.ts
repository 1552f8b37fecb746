import { randomBytes } from 'node:crypto';
import type { createAdapter } from '@socket.io/redis-streams-adapter';
import { parseJson } from '@tocsin/contracts';
import { MessageType, type ClusterMessage } from 'socket.io-adapter';

/**
 * Taps socket.io's Redis streams adapter for two reasons: its `emit` hides a failed XADD, and it passes broadcasts
 * straight to the sockets, so our code would never see them. The package has no public hooks for this; `doPublish` and
 * `onRawMessage` are public in the types but undocumented. If `streams-adapter.test.ts` fails after an update, read the
 * package's `dist/adapter.js`. Without this file, the broadcaster would need a separate Redis stream.
 */
type StreamsAdapter = ReturnType<ReturnType<typeof createAdapter>>;
type RawMessage = Parameters<StreamsAdapter['onRawMessage']>[0];

export interface StreamTap {
  /** Called with the id and data size of each message on the stream. */
  onMessage: (id: string, bytes: number) => void;
  /** Called with the packet data of other processes' broadcasts. The tap doesn't pass them to the sockets. */
  onBroadcast: (data: unknown) => void;
  /**
   * Called before `onBroadcast` with the sending process and the number of broadcasts that it has sent. Not called for
   * processes that don't send a count.
   */
  onCount: (sender: string, count: number) => void;
  /** Called for each message that isn't a broadcast or makes a handler throw. */
  onSkipped: (id: string, err: unknown) => void;
}

const NAMESPACE = '/';
const EVENT = 2;

/**
 * Returns a function that adds an event to the stream. It resolves once Redis has stored the event, and otherwise
 * rejects. Each event carries the number of events sent so far, so that other processes notice if they missed any.
 * Version 0.1.0 neither sends nor reads this number.
 */
export function tapStreamsAdapter(
  adapter: StreamsAdapter,
  { onMessage, onBroadcast, onCount, onSkipped }: StreamTap,
): (event: readonly unknown[]) => Promise<void> {
  const uid = randomBytes(8).toString('hex');
  let sent = 0;
  // Must not throw, or the adapter would keep rereading the same messages until the stream drops them.
  adapter.onRawMessage = (message: RawMessage, id: string): void => {
    try {
      onMessage(id, Buffer.byteLength(message.data ?? ''));
      if (Number(message.type) !== MessageType.BROADCAST) throw new Error('The message is not a broadcast.');
      if (message.uid === uid) return;
      const { data, count } = contentOf(message);
      if (typeof count === 'number') onCount(message.uid ?? '', count);
      onBroadcast(data);
    } catch (err) {
      onSkipped(id, err);
    }
  };
  return async (event) => {
    const packet = { type: EVENT, data: event, nsp: NAMESPACE };
    const data = { packet, opts: { rooms: [], except: [], flags: {} }, count: ++sent };
    await adapter.doPublish({
      uid,
      nsp: NAMESPACE,
      type: MessageType.BROADCAST,
      data,
    } satisfies ClusterMessage);
  };
}

function contentOf({ data = '' }: RawMessage): { data: unknown; count: unknown } {
  const parsed = parseJson(data) as { packet?: { data?: unknown }; count?: unknown } | undefined;
  return { data: parsed?.packet?.data, count: parsed?.count };
}
