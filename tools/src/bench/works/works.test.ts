import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Message, Peer } from '../peers/peer.ts';
import { plainProtocol } from '../protocols/plain.ts';
import { fanOut8 } from './fan-out.ts';
import { latency } from './latency.ts';
import { offerAll, overload } from './overload.ts';
import { Publisher } from './publisher.ts';
import { arrays, singles } from './singles.ts';
import { Numbers, SMALL_SIZES, type Work } from './work.ts';

/** What the peer of these tests does to a message, or how it answers a request. */
interface Faults {
  /** How often the message with this index is sent to each client; default once. */
  timesOf?: (index: number, client: number) => number;
  /** Status by the index of the request. */
  statusOf?: (index: number) => number;
}

let http: Server;
let webSockets: WebSocketServer;
let faults: Faults;
let peer: Peer;
beforeEach(async () => {
  faults = {};
  let messages = 0;
  let requests = 0;
  http = createServer((request, response) => {
    void text(request).then((body) => {
      const status = faults.statusOf?.(requests++) ?? 202;
      response.writeHead(status, { 'content-length': 0 }).end();
      if (status !== 202) return;
      for (const message of JSON.parse(body) as Message[]) {
        const index = messages++;
        [...webSockets.clients].forEach((client, i) => {
          for (let times = faults.timesOf?.(index, i) ?? 1; times > 0; times--) client.send(message.text);
        });
      }
    });
  });
  webSockets = new WebSocketServer({ server: http });
  webSockets.on('connection', (socket) => socket.once('message', () => socket.send('ok')));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  peer = {
    id: 'ws',
    name: 'the peer of this test',
    version: '0',
    setup: '',
    protocol: plainProtocol,
    publishUrls: [`${url}/publish`],
    socketUrls: [url],
    requestFor: (some) => ({ body: JSON.stringify(some) }),
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
  fanOutClients: 20,
  fanOutSeconds: 0.2,
  patienceMs: 300,
};
const run = (work: Work) =>
  work.run(peer, { numbers: new Numbers(), sizes, signal: new AbortController().signal });

describe('the works', () => {
  it.each([singles, arrays, fanOut8])('should measure a rate: $id', async (work) => {
    expect((await run(work))['rate']).toBeGreaterThan(0);
  });

  it('should measure the latency of those after the warm-up', async () => {
    const { p50 = 0, p99 = 0 } = await run(latency);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
  });

  it.each([singles, arrays, fanOut8])('should fail when one client misses one message: $id', async (work) => {
    faults.timesOf = (index, client) => (index === 5 && client === 1 ? 0 : 1);
    await expect(run(work)).rejects.toThrow(/did not reach all/);
  });

  it('should fail when one client gets one message twice', async () => {
    faults.timesOf = (index, client) => (index === 5 && client === 1 ? 2 : 1);
    await expect(run(singles)).rejects.toThrow('1 messages came twice');
  });

  it('should fail when a message is refused', async () => {
    faults.statusOf = (index) => (index === 5 ? 500 : 202);
    await expect(run(singles)).rejects.toThrow(/the peer of this test answered 500/);
  });

  it('should measure what is accepted when too much is offered', async () => {
    const { capacity = 0, offered = 0, accepted = 0, p99 = 0 } = await run(overload);
    for (const figure of [capacity, offered, accepted, p99]) expect(figure).toBeGreaterThan(0);
  });

  it('should take 429 and 503 for a refusal, and nothing else', async () => {
    const publisher = await Publisher.open(peer, 1_000, sizes.payload);
    const context = { numbers: new Numbers(), sizes, signal: new AbortController().signal };
    try {
      faults.statusOf = (index) => [202, 429, 503][index % 3] as number;
      const { offered, accepted } = await offerAll(publisher, 300, context);
      expect(accepted).toHaveLength(Math.ceil(offered.size / 3));
      faults.statusOf = () => 500;
      await expect(offerAll(publisher, 300, context)).rejects.toThrow('answered 500 instead of 429 or 503');
    } finally {
      publisher.close();
    }
  });

  it('should fail in words when a connection ends before its answer, and leave no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const publisher = await Publisher.open(peer, 1_000, sizes.payload);
    const context = { numbers: new Numbers(), sizes, signal: new AbortController().signal };
    http.prependListener('request', ({ socket }: IncomingMessage) => socket.resetAndDestroy());
    try {
      await expect(offerAll(publisher, 300, context)).rejects.toThrow(/closed the connection of a request/);
      await delay(20);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
      publisher.close();
    }
  });
});
