import { Arrivals } from '../harness/arrivals.ts';
import type { Peer } from '../peers/peer.ts';
import { withClients } from './clients/clients.ts';
import { cpuFigures, startCpu } from './cpu.ts';
import { Publisher } from './publisher.ts';
import type { Figures, Workload, WorkloadContext } from './workload.ts';

const ALL = ['ws', 'socketio-streams', 'socketio-pubsub', 'centrifugo', 'tocsin'] as const;

interface Load {
  inFlight: number;
  /** Messages per request. */
  size: number;
}

/** Publishes as fast as the peer accepts messages. Measures the delivery rate to all clients, and the CPU time. */
async function publishAll(
  peer: Peer,
  { numbers, sizes, signal }: WorkloadContext,
  load: Load,
): Promise<Figures> {
  let last = 0;
  const first = numbers.next;
  const arrivals = new Arrivals({
    clients: sizes.singlesClients,
    first,
    onComplete: () => {
      last = performance.now();
    },
  });
  const publisher = await Publisher.open(peer, load.inFlight, sizes.payload);
  const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
  try {
    return await withClients(peer, { count: sizes.singlesClients, onMessage }, async () => {
      const cpu = startCpu(peer);
      const started = performance.now();
      const end = started + sizes.singlesSeconds * 1000;
      await publisher.onEachLane(async (lane) => {
        do {
          await publisher.publish(
            Array.from({ length: load.size }, () => numbers.take()),
            { lane },
          );
        } while (performance.now() < end && !signal.aborted);
      });
      const count = numbers.next - first;
      await arrivals.all(count, sizes.patienceMs);
      return { rate: count / ((last - started) / 1000), ...cpuFigures(cpu(), count) };
    });
  } finally {
    publisher.close();
  }
}

export const singles: Workload = {
  id: 'singles',
  peers: ALL,
  run: (peer, context) => publishAll(peer, context, { inFlight: 64, size: 1 }),
};

export const arrays: Workload = {
  id: 'arrays',
  peers: ALL,
  run: (peer, context) => publishAll(peer, context, { inFlight: 8, size: 100 }),
};
