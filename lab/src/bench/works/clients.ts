import { Client } from '../harness/client.ts';
import type { Peer } from '../peers/peer.ts';

export const FEED = 'all';

/** What clients need of a peer. */
export type Sockets = Pick<Peer, 'socketUrls' | 'protocol'>;

export interface ConnectOptions {
  count: number;
  /** Called with what a client, by its index, was sent. */
  onMessage?: (client: number, message: Buffer) => void;
  /** Where each client goes on from. */
  positions?: readonly string[];
  /** Feed of each client; default the one of all works. */
  feedOf?: (client: number) => string;
  /** Feeds of each client beside that one. */
  furtherOf?: (client: number) => readonly string[];
  /** How many connect at a time; default 100. */
  atOnce?: number;
}

/** Connects and subscribes clients to the instances in turn. @throws Failure if one is refused; none is left then */
export async function connectClients(peer: Sockets, options: ConnectOptions): Promise<Client[]> {
  const { count, onMessage, positions, feedOf, furtherOf, atOnce = 100 } = options;
  const clients: Client[] = [];
  let next = 0;
  const connectSome = async () => {
    for (let index = next++; index < count; index = next++) {
      const position = positions?.[index];
      clients[index] = await Client.connect(
        peer.socketUrls[index % peer.socketUrls.length] as string,
        peer.protocol,
        {
          feed: feedOf?.(index) ?? FEED,
          further: furtherOf?.(index) ?? [],
          onMessage: (message) => onMessage?.(index, message),
          ...(position !== undefined && { position }),
        },
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, connectSome));
    return clients;
  } catch (error) {
    // Those that are just connecting see that there is none left to connect.
    next = count;
    closeAll(clients);
    throw error;
  }
}

const closeAll = (clients: readonly Client[]): void => clients.forEach((client) => client.close());

/** Runs `work` with clients and ends them. @throws what `connectClients` and `work` throw, or why a client was ended */
export async function withClients<T>(
  peer: Sockets,
  options: ConnectOptions,
  work: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients = await connectClients(peer, options);
  try {
    const result = await work(clients);
    const ended = clients.find(({ fault }) => fault);
    if (ended?.fault) throw ended.fault;
    return result;
  } finally {
    closeAll(clients);
  }
}
