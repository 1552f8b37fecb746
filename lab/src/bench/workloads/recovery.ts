import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@tocsin/tools/failure';
import { Arrivals } from '../harness/arrivals.ts';
import type { Client } from '../harness/client.ts';
import type { Peer } from '../peers/peer.ts';
import { median } from '../quantile.ts';
import { withClients } from './clients/clients.ts';
import { Publisher } from './publisher.ts';
import type { Workload, WorkloadContext } from './workload.ts';

/** How long to wait (ms) for a server to notice that a single client has disconnected. */
const DISCONNECT_MS = 50;
/** How long to wait (ms) for a server to notice that many clients have disconnected. */
const ALL_DISCONNECT_MS = 500;

interface DisconnectedClients {
  /** Each client's position when it disconnected. */
  positions: string[];
  /** The first missed message's number. */
  first: number;
}

/** Disconnects clients from a peer and reconnects them. */
class Disconnects {
  readonly #peer: Peer;
  readonly #context: WorkloadContext;
  readonly #publisher: Publisher;
  /** Records the messages that reach the clients that stay connected. */
  readonly #stayed: Arrivals;
  readonly #first: number;

  constructor(peer: Peer, context: WorkloadContext, publisher: Publisher, stayed: Arrivals, first: number) {
    this.#peer = peer;
    this.#context = context;
    this.#publisher = publisher;
    this.#stayed = stayed;
    this.#first = first;
  }

  /** Connects `count` clients, waits until each has received a message, disconnects them and publishes more. */
  async leave(count: number): Promise<DisconnectedClients> {
    const { numbers, sizes } = this.#context;
    const arrivals = new Arrivals({ clients: count, first: numbers.next });
    const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
    const positions = await withClients(this.#peer, { count, onMessage }, async (clients) => {
      await this.#publish(1);
      await arrivals.all(1, sizes.patienceMs);
      return clients.map(positionOf);
    });
    await delay(count === 1 ? DISCONNECT_MS : ALL_DISCONNECT_MS);
    const first = numbers.next;
    await this.#publish(sizes.missed);
    return { positions, first };
  }

  /** Reconnects all clients at the same time. Returns the time (ms) until they've all caught up on missed messages. */
  async reconnect({ positions, first }: DisconnectedClients): Promise<number> {
    let last = 0;
    const count = positions.length;
    const arrivals = new Arrivals({
      clients: count,
      first,
      onComplete: () => {
        last = performance.now();
      },
    });
    const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
    const started = performance.now();
    await withClients(this.#peer, { count, positions, onMessage, concurrency: count }, () =>
      arrivals.all(this.#context.sizes.missed, this.#context.sizes.patienceMs),
    );
    return last - started;
  }

  /** Connects `count` clients with no position at the same time. Returns the time (ms) until they're all subscribed. */
  async connectNew(count: number): Promise<number> {
    const started = performance.now();
    return withClients(this.#peer, { count, concurrency: count }, async () => performance.now() - started);
  }

  async #publish(count: number): Promise<void> {
    const { numbers, sizes } = this.#context;
    await this.#publisher.publish(Array.from({ length: count }, () => numbers.take()));
    await this.#stayed.all(numbers.next - this.#first, sizes.patienceMs);
  }
}

function positionOf(client: Client): string {
  const position = client.position();
  if (position === undefined) throw new Failure('A client does not know its position.');
  return position;
}

/** Measures recovery after 100 missed messages, first for a single client, then for 1,000 clients at the same time. */
export const recovery: Workload = {
  id: 'recovery',
  peers: ['socketio-recovery', 'centrifugo', 'tocsin'],
  run: async (peer, context) => {
    const { sizes, numbers } = context;
    const first = numbers.next;
    const stayed = new Arrivals({ clients: peer.socketUrls.length, first });
    const publisher = await Publisher.open(peer, 1, sizes.payload);
    const onMessage = (client: number, message: Buffer) => stayed.take(client, message);
    try {
      return await withClients(peer, { count: peer.socketUrls.length, onMessage }, async () => {
        const disconnects = new Disconnects(peer, context, publisher, stayed, first);
        const alone: number[] = [];
        for (let i = 0; i < sizes.recoveries && !context.signal.aborted; i++) {
          alone.push(await disconnects.reconnect(await disconnects.leave(1)));
        }
        const disconnected = await disconnects.leave(sizes.recoveryClients);
        const plain = await disconnects.connectNew(sizes.recoveryClients);
        await delay(ALL_DISCONNECT_MS);
        const all = await disconnects.reconnect(disconnected);
        await delay(ALL_DISCONNECT_MS);
        return { one: median(alone), plain, all };
      });
    } finally {
      publisher.close();
    }
  },
};
