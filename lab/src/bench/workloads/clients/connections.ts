import { setTimeout as delay } from 'node:timers/promises';
import { withClients } from './clients.ts';
import { cpuFigures, socketMemory, startCpu } from '../cpu.ts';
import { maxConnections } from './open-files.ts';
import type { Workload } from '../workload.ts';

/**
 * Connections in the warm-up, as a share of the measured connections. The servers load and compile code during the
 * warm-up, and not during the measurement.
 */
const WARM_UP_SHARE = 0.05;

/**
 * Measures the memory that an idle, subscribed connection uses, and the cost of opening and subscribing a connection.
 * Uses freshly started processes.
 */
export const connections: Workload = {
  id: 'connections',
  peers: ['ws', 'socketio-streams', 'socketio-pubsub', 'centrifugo', 'tocsin'],
  run: async (peer, { sizes }) => {
    const count = Math.min(sizes.connections, maxConnections());
    await peer.restart();
    await withClients(peer, { count: Math.ceil(count * WARM_UP_SHARE) }, async () => undefined);
    await delay(sizes.settleMs);
    const before = socketMemory(peer);
    const cpu = startCpu(peer);
    return withClients(peer, { count }, async () => {
      const used = cpu();
      await delay(sizes.settleMs);
      const memory = (socketMemory(peer) - before) / count / 1024;
      return { connections: count, memory, ...cpuFigures(used, count, 1_000) };
    });
  },
};
