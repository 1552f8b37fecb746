import { Failure } from '@tocsin/tools/failure';
import { Arrivals } from '../harness/arrivals.ts';
import type { Peer } from '../peers/peer.ts';
import { withClients } from './clients/clients.ts';
import { cpuFigures, startCpu } from './cpu.ts';
import { Publisher } from './publisher.ts';
import type { Figures, Workload, WorkloadContext } from './workload.ts';

const ALL = ['ws', 'socketio-streams', 'socketio-pubsub', 'centrifugo', 'tocsin'] as const;

/**
 * Measures deliveries to many clients. A message is in flight until every client has received it, so a growing queue
 * doesn't look like throughput.
 */
async function fanOut(
  peer: Peer,
  { numbers, sizes, signal }: WorkloadContext,
  inFlight: number,
): Promise<Figures> {
  const waiting = new Map<number, () => void>();
  const arrivals = new Arrivals({
    clients: sizes.fanOutClients,
    first: numbers.next,
    onComplete: (n) => waiting.get(n)?.(),
  });
  const complete = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const onTimeout = () =>
        reject(new Failure(`Message ${n} did not reach all clients within ${sizes.patienceMs} ms.`));
      const timer = setTimeout(onTimeout, sizes.patienceMs);
      waiting.set(n, () => {
        clearTimeout(timer);
        waiting.delete(n);
        resolve();
      });
    });
  const publisher = await Publisher.open(peer, inFlight, sizes.payload);
  const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
  try {
    return await withClients(peer, { count: sizes.fanOutClients, onMessage }, async () => {
      const first = numbers.next;
      const cpu = startCpu(peer);
      const started = performance.now();
      await publisher.onEachLane(async (lane) => {
        do {
          const n = numbers.take();
          await Promise.all([complete(n), publisher.publish([n], { lane })]);
        } while (performance.now() < started + sizes.fanOutSeconds * 1000 && !signal.aborted);
      });
      const deliveries = (numbers.next - first) * sizes.fanOutClients;
      const seconds = (performance.now() - started) / 1000;
      await arrivals.all(numbers.next - first, sizes.patienceMs);
      return { rate: deliveries / seconds, ...cpuFigures(cpu(), deliveries) };
    });
  } finally {
    publisher.close();
  }
}

export const fanOut8: Workload = {
  id: 'fan-out-8',
  peers: ALL,
  run: (peer, context) => fanOut(peer, context, 8),
};

export const fanOut1: Workload = {
  id: 'fan-out-1',
  peers: ALL,
  run: (peer, context) => fanOut(peer, context, 1),
};
