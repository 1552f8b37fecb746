import type { Position } from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { RawClient } from './raw-client.ts';
import { readMetric } from './read-metric.ts';

export interface RoundOptions {
  /** The URLs of the instances. Clients connect to them round-robin. The instances must have no other connections. */
  urls: readonly string[];
  clients: number;
  feed: string;
  /** The position every client recovers from. If omitted, clients request no history. */
  position?: Position;
}

export interface Round {
  /** Time from the first connect to the last acknowledgement (ms). */
  ms: number;
  /** The raw acknowledgements. Parse them after the measurement. */
  acknowledgements: Buffer[];
}

/** Connects and subscribes all clients at the same time, then disconnects them. @throws Error if any fail */
export async function connectRound({ urls, clients, feed, position }: RoundOptions): Promise<Round> {
  const connected: RawClient[] = [];
  const connectOne = async (index: number): Promise<Buffer> => {
    const client = await RawClient.connect(urls[index % urls.length] as string);
    connected.push(client);
    return client.subscribe(feed, position);
  };
  try {
    const started = performance.now();
    const acknowledgements = await Promise.all(
      Array.from({ length: clients }, (_, index) => connectOne(index)),
    );
    return { ms: performance.now() - started, acknowledgements };
  } finally {
    for (const client of connected) client.close();
    await Promise.all(urls.map(untilDisconnected));
  }
}

/** Waits until the instance has cleaned up all connections, so that cleanup doesn't slow down the next round. */
async function untilDisconnected(url: string): Promise<void> {
  const hasNoConnections = async () => (await readMetric(`${url}/metrics`, 'tocsin_bff_connections')) === 0;
  const fault = await pollUntil(hasNoConnections, { timeoutMs: 20_000 });
  if (fault) throw new Failure(`${url} still reports connections after its clients left: ${fault}`);
}
