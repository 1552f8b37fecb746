import { withClients } from '../../bench/workloads/clients/clients.ts';
import { untilDisconnected, type Rig } from './rig.ts';

/** Count and total size of the events that clients have received since `reset`. */
export class ReceivedEvents {
  pushes = 0;
  pushBytes = 0;
  positions = 0;
  positionBytes = 0;

  take(message: Buffer): void {
    if (startsWith(message, PUSH)) {
      this.pushes++;
      this.pushBytes += message.length;
    } else if (startsWith(message, POSITION)) {
      this.positions++;
      this.positionBytes += message.length;
    }
  }

  reset(): void {
    this.pushes = this.pushBytes = this.positions = this.positionBytes = 0;
  }
}

const PUSH = Buffer.from('42["publications"');
const POSITION = Buffer.from('42["position"');
const startsWith = (message: Buffer, start: Buffer): boolean =>
  message.subarray(0, start.length).equals(start);

/**
 * Connects clients, subscribes each to one feed, and runs `work`. Then disconnects the clients and waits until the
 * instances have noticed.
 */
export async function withCrowd<T>(
  rig: Rig,
  { count, feedOf }: { count: number; feedOf: (client: number) => string },
  work: (received: ReceivedEvents) => Promise<T>,
): Promise<T> {
  const received = new ReceivedEvents();
  try {
    return await withClients(
      rig.peer,
      { count, feedOf, onMessage: (_client, message) => received.take(message) },
      () => work(received),
    );
  } finally {
    await untilDisconnected(rig);
  }
}
