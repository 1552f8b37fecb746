import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals } from '../harness/arrivals.ts';
import { quantile } from '../quantile.ts';
import { withClients } from './clients/clients.ts';
import { deferRejection } from './defer-rejection.ts';
import { Publisher } from './publisher.ts';
import type { Workload } from './workload.ts';

const RATE = 100;
/** Maximum requests in flight. A peer that reaches this limit at `RATE` messages per second is overloaded. */
const LANES = 64;
/** Warm-up time (s), which isn't measured. */
const WARM_UP = 1;

/**
 * Measures the time from a POST until each of 100 clients receives the message, at a steady 100 messages per second.
 * Doesn't wait for a response before it sends the next message.
 */
export const latency: Workload = {
  id: 'latency',
  peers: ['ws', 'socketio-streams', 'socketio-pubsub', 'centrifugo', 'tocsin'],
  run: async (peer, { numbers, sizes, signal }) => {
    const first = numbers.next;
    const count = RATE * (WARM_UP + sizes.latencySeconds);
    const sentAt: number[] = [];
    const times: number[] = [];
    const arrivals = new Arrivals({
      clients: sizes.latencyClients,
      first,
      onArrival: (n) => {
        const index = n - first;
        if (index >= WARM_UP * RATE) times.push(performance.now() - (sentAt[index] as number));
      },
    });
    const publisher = await Publisher.open(peer, LANES, sizes.payload);
    try {
      await withClients(
        peer,
        { count: sizes.latencyClients, onMessage: (client, message) => arrivals.take(client, message) },
        async () => {
          const free = Array.from({ length: LANES }, (_, lane) => lane);
          const begun: Promise<void>[] = [];
          const started = performance.now();
          for (let index = 0; index < count && !signal.aborted; index++) {
            const wait = started + (index * 1000) / RATE - performance.now();
            if (wait > 0) await delay(wait);
            while (free.length === 0) await delay(1);
            const lane = free.pop() as number;
            const n = numbers.take();
            sentAt[index] = performance.now();
            begun.push(deferRejection(publisher.publish([n], { lane }).then(() => void free.push(lane))));
          }
          await Promise.all(begun);
          await arrivals.all(begun.length, sizes.patienceMs);
        },
      );
    } finally {
      publisher.close();
    }
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  },
};
