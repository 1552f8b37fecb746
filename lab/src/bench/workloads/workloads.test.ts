import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Message, Peer } from '../peers/peer.ts';
import { plainProtocol } from '../protocols/plain.ts';
import { READY, type Protocol } from '../protocols/protocol.ts';
import { fanOut8 } from './fan-out.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { feeds1, feeds1000, feeds10000 } from './many-feeds.ts';
import { mixed } from './mixed.ts';
import { offerAll, overload, overload1000 } from './overload.ts';
import { Publisher } from './publisher.ts';
import { arrays, singles } from './singles.ts';
import { Numbers, SMALL_SIZES, type Workload } from './workload.ts';

/** The faults that the test peer injects. */
interface Faults {
  /** Number of times the message with this index is sent to this client. Defaults to 1. */
  timesOf?: (index: number, client: number) => number;
  /** The status for the request with this index. */
  statusOf?: (index: number) => number;
  /** The index of a message that's sent only to clients that aren't subscribed to the feed. */
  strayIndex?: number;
}

/** A protocol with feeds: a client sends the name of every feed to subscribe to. */
const feedProtocol: Protocol = {
  ...plainProtocol,
  begin: ({ feed, additionalFeeds = [] }) => {
    const left = [...additionalFeeds];
    const next = () => {
      const name = left.shift();
      return name === undefined ? READY : { send: name };
    };
    return {
      hello: feed,
      take: (message) => (message.length === 2 ? next() : undefined),
      position: () => undefined,
    };
  },
};

let http: Server;
let webSockets: WebSocketServer;
let faults: Faults;
let peer: Peer;
beforeEach(async () => {
  faults = {};
  let messages = 0;
  let requests = 0;
  /** The feeds (or `subscribe` for all feeds) that each client has sent. */
  const subscriptions = new Map<WebSocket, string[]>();
  const send = ({ feed, text: content }: Message, index: number) =>
    [...webSockets.clients].forEach((client, i) => {
      const received = subscriptions.get(client) ?? [];
      const watches = received.includes('subscribe') || received.includes(feed);
      if (watches === (index === faults.strayIndex)) return;
      for (let times = faults.timesOf?.(index, i) ?? 1; times > 0; times--) client.send(content);
    });
  http = createServer((request, response) => {
    void text(request).then((body) => {
      const status = faults.statusOf?.(requests++) ?? 202;
      response.writeHead(status, { 'content-length': 0 }).end();
      if (status !== 202) return;
      for (const message of JSON.parse(body) as Message[]) send(message, messages++);
    });
  });
  webSockets = new WebSocketServer({ server: http });
  webSockets.on('connection', (socket) =>
    socket.on('message', (name: Buffer) => {
      subscriptions.set(socket, [...(subscriptions.get(socket) ?? []), name.toString()]);
      socket.send('ok');
    }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  peer = {
    id: 'ws',
    name: 'the test peer',
    version: '0',
    setup: '',
    protocol: plainProtocol,
    publishUrls: [`${url}/publish`],
    socketUrls: [url],
    requestFor: (messages) => ({ body: JSON.stringify(messages) }),
    processes: [],
    restart: async () => undefined,
    stop: async () => undefined,
  };
});
afterEach(() => {
  for (const client of webSockets.clients) client.terminate();
  webSockets.close();
  http.closeAllConnections();
  http.close();
});

const sizes = {
  ...SMALL_SIZES,
  latencyClients: 3,
  singlesSeconds: 0.2,
  feeds: 10,
  manyFeeds: 20,
  fanOutClients: 20,
  fanOutSeconds: 0.2,
  idle: 20,
  idleSeconds: 0.1,
};
const run = (work: Workload, patienceMs = sizes.patienceMs) =>
  work.run(peer, {
    numbers: new Numbers(),
    sizes: { ...sizes, patienceMs },
    signal: new AbortController().signal,
  });
/** Runs a workload with a shorter timeout, for tests where a message is missing. */
const runWithLoss = (work: Workload) => run(work, 1_000);

describe('the workloads', () => {
  it.each([singles, arrays, fanOut8])('should measure a rate: $id', async (work) => {
    expect((await run(work))['rate']).toBeGreaterThan(0);
  });

  it('should measure message latency after the warm-up', async () => {
    const { p50 = 0, p99 = 0 } = await run(latency);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
  });

  it.each([singles, arrays, fanOut8])('should fail if a client misses a message: $id', async (work) => {
    faults.timesOf = (index, client) => (index === 5 && client === 1 ? 0 : 1);
    await expect(runWithLoss(work)).rejects.toThrow(/did not reach all/);
  });

  it('should fail if a client receives a message twice', async () => {
    faults.timesOf = (index, client) => (index === 5 && client === 1 ? 2 : 1);
    await expect(run(singles)).rejects.toThrow('Messages that arrived twice: 1.');
  });

  it('should fail if a message is rejected', async () => {
    faults.statusOf = (index) => (index === 5 ? 500 : 202);
    await expect(run(singles)).rejects.toThrow(/the test peer returned 500/);
  });

  it.each([overload, overload1000])('should measure accepted messages during overload: $id', async (work) => {
    if (work === overload1000) peer = { ...peer, protocol: feedProtocol };
    const { capacity = 0, offered = 0, accepted = 0, p99 = 0 } = await run(work);
    for (const figure of [capacity, offered, accepted, p99]) expect(figure).toBeGreaterThan(0);
  });

  it('should fail if connections are closed, but not crash the process', async () => {
    faults.statusOf = (index) => {
      if (index === 100) http.closeAllConnections();
      return 202;
    };
    await expect(run(latency)).rejects.toThrow(/closed the connection|ECONNRESET/);
  });

  it('should fail if an accepted message arrived twice', async () => {
    faults.timesOf = (index, client) => (index >= 64 && client === 1 ? 2 : 1);
    await expect(run(overload)).rejects.toThrow(/arrived twice/);
  });

  it('should accept only 429 and 503 as rejections', async () => {
    const publisher = await Publisher.open(peer, 1_000, sizes.payload);
    const context = { numbers: new Numbers(), sizes, signal: new AbortController().signal };
    const watchers = { next: () => ({ n: context.numbers.take(), feed: 'all' }) };
    try {
      faults.statusOf = (index) => [202, 429, 503][index % 3] as number;
      const { offered, accepted } = await offerAll(publisher, 300, watchers, context);
      expect(accepted).toHaveLength(Math.ceil(offered.size / 3));
      faults.statusOf = () => 500;
      await expect(offerAll(publisher, 300, watchers, context)).rejects.toThrow(
        'The overloaded peer returned 500 instead of 429 or 503',
      );
    } finally {
      publisher.close();
    }
  });

  it('should report a connection that closes before the response, and not cause an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const publisher = await Publisher.open(peer, 1_000, sizes.payload);
    const context = { numbers: new Numbers(), sizes, signal: new AbortController().signal };
    const watchers = { next: () => ({ n: context.numbers.take(), feed: 'all' }) };
    http.prependListener('request', ({ socket }: IncomingMessage) => socket.resetAndDestroy());
    try {
      await expect(offerAll(publisher, 300, watchers, context)).rejects.toThrow(
        /closed the connection before it responded/,
      );
      await delay(20);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
      publisher.close();
    }
  });
});

describe('workloads with feeds', () => {
  const workloads = [feeds1, feeds1000, feeds10000, mixed];
  beforeEach(() => {
    peer = { ...peer, protocol: feedProtocol };
  });

  it.each(workloads)('should measure a rate: $id', async (work) => {
    const { rate, rate256 = rate } = await run(work);
    expect(rate).toBeGreaterThan(0);
    expect(rate256).toBeGreaterThan(0);
  });

  it.each(workloads)('should fail if a message is missing: $id', async (work) => {
    faults.timesOf = (index) => (index === 25 ? 0 : 1);
    await expect(runWithLoss(work)).rejects.toThrow(/1 of \d+ messages did not reach all/);
  });

  it.each(workloads)('should fail if a message arrived twice: $id', async (work) => {
    faults.timesOf = (index) => (index === 25 ? 2 : 1);
    await expect(run(work)).rejects.toThrow(/arrived twice/);
  });

  it.each([feeds1000, mixed])('should fail if a message reached the wrong clients: $id', async (work) => {
    faults.strayIndex = 25;
    await expect(runWithLoss(work)).rejects.toThrow(/did not reach all subscribers of their feed/);
  });
});

describe('idle connections', () => {
  it('should be opened by clients in separate processes', async () => {
    let connected = 0;
    webSockets.on('connection', () => connected++);
    expect(await run(idle)).toMatchObject({ connections: 20, cpu: 0, memory: 0 });
    expect(connected).toBe(21);
    await expect.poll(() => webSockets.clients.size).toBe(0);
  });

  it('should make the workload fail if the server closes them', async () => {
    webSockets.on('connection', (socket) => setTimeout(() => socket.terminate(), 50));
    await expect(run(idle)).rejects.toThrow(/closed the connection/);
  });
});
