import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../peers/peer.ts';
import { cpuFigures, socketMemory, startCpu } from './cpu.ts';
import { withCrowd } from './clients/crowd.ts';
import { maxConnections } from './clients/open-files.ts';
import type { Figures, Workload } from './workload.ts';

/**
 * Connections in the warm-up, as a share of the measured connections. The servers load and compile code during the
 * warm-up, and not during the measurement.
 */
const WARM_UP_SHARE = 0.05;

/** Measures the CPU time that an idle peer uses per second (µs). */
async function idleCpu(peer: Peer, seconds: number): Promise<Figures> {
  const used = startCpu(peer);
  await delay(seconds * 1000);
  return cpuFigures(used(), seconds);
}

/**
 * Measures an idle connection's memory and CPU time per second. Each connection has a separate feed, and connections
 * are spread evenly over the instances. Subtracts the peer's usage without connections.
 */
export const idle: Workload = {
  id: 'idle',
  peers: ['socketio-streams', 'centrifugo', 'tocsin'],
  runsOnce: true,
  run: async (peer, { sizes }) => {
    const count = Math.min(sizes.idle, maxConnections()) * peer.socketUrls.length;
    await peer.restart();
    await withCrowd(peer, Math.ceil(count * WARM_UP_SHARE), async () => undefined);
    await delay(sizes.settleMs);
    const memory = socketMemory(peer);
    const idleBefore = await idleCpu(peer, sizes.idleSeconds / 2);
    const started = performance.now();
    const figures = await withCrowd(peer, count, async () => {
      const connectSeconds = (performance.now() - started) / 1000;
      await delay(sizes.pauseBeforeIdleMs);
      const idleConnected = await idleCpu(peer, sizes.idleSeconds);
      const perConnection = Object.entries(idleConnected).map(([name, value]) => [
        name,
        (value - (idleBefore[name] ?? 0)) / count,
      ]);
      return {
        connections: count,
        connectSeconds,
        memory: (socketMemory(peer) - memory) / count / 1024,
        ...(Object.fromEntries(perConnection) as Figures),
      };
    });
    // Give the peer time to notice that the connections are closed.
    await delay(sizes.settleMs);
    return figures;
  },
};
