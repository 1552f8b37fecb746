import { Client } from '../../harness/client.ts';
import type { Peer } from '../../peers/peer.ts';

export const FEED = 'all';

export type Sockets = Pick<Peer, 'socketUrls' | 'protocol'>;

export interface ConnectOptions {
  count: number;
  onMessage?: (client: number, message: Buffer) => void;
  /** The position that each client recovers from, indexed by client. */
  positions?: readonly string[];
  /** Each client's feed. By default, all clients use the same feed. */
  feedOf?: (client: number) => string;
  /** Additional feeds for each client. */
  additionalFeedsOf?: (client: number) => readonly string[];
  /** Number of clients that connect concurrently. Defaults to 100. */
  concurrency?: number;
}

/**
 * Connects clients to the instances round-robin and subscribes them. If a client is rejected, closes them all.
 * @throws Failure if a client is rejected
 */
export async function connectClients(peer: Sockets, options: ConnectOptions): Promise<Client[]> {
  const { count, onMessage, positions, feedOf, additionalFeedsOf, concurrency = 100 } = options;
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
          additionalFeeds: additionalFeedsOf?.(index) ?? [],
          onMessage: (message) => onMessage?.(index, message),
          ...(position !== undefined && { position }),
        },
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, count) }, connectSome));
    return clients;
  } catch (error) {
    // Stop any other `connectSome` calls.
    next = count;
    closeAll(clients);
    throw error;
  }
}

const closeAll = (clients: readonly Client[]): void => clients.forEach((client) => client.close());

/**
 * Runs `work` with clients, then closes them.
 * @throws errors from `connectClients` or `work`, or an error that explains why a connection was closed
 */
export async function withClients<T>(
  peer: Sockets,
  options: ConnectOptions,
  work: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients = await connectClients(peer, options);
  try {
    const result = await work(clients);
    const disconnected = clients.find(({ fault }) => fault);
    if (disconnected?.fault) throw disconnected.fault;
    return result;
  } finally {
    closeAll(clients);
  }
}
