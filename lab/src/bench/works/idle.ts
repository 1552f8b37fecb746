import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../peers/peer.ts';
import { cpuFigures, socketMemory, startCpu } from './cpu.ts';
import { withCrowd } from './crowd.ts';
import { mostConnections } from './open-files.ts';
import type { Figures, Work } from './work.ts';

/** Warm-up connections, so that one-time loading and compiling is not counted. */
const WARM_UP_SHARE = 0.05;

/** CPU of each second in which nothing is asked of a peer, in µs. */
async function restingCpu(peer: Peer, seconds: number): Promise<Figures> {
  const used = startCpu(peer);
  await delay(seconds * 1000);
  return cpuFigures(used(), seconds);
}

/**
 * Memory of a connection, and the CPU that it takes in each second, while no message comes: a feed each, as many on each
 * instance. What the peer uses without any connection is taken off.
 */
export const idle: Work = {
  id: 'idle',
  peers: ['socketio-streams', 'centrifugo', 'tocsin'],
  isDoneOnce: true,
  run: async (peer, { sizes }) => {
    const count = Math.min(sizes.idle, mostConnections()) * peer.socketUrls.length;
    await peer.restart();
    await withCrowd(peer, Math.ceil(count * WARM_UP_SHARE), async () => undefined);
    await delay(sizes.settleMs);
    const memory = socketMemory(peer);
    const alone = await restingCpu(peer, sizes.idleSeconds / 2);
    const started = performance.now();
    const figures = await withCrowd(peer, count, async () => {
      const connectSeconds = (performance.now() - started) / 1000;
      await delay(sizes.settleMs);
      const together = await restingCpu(peer, sizes.idleSeconds);
      const each = Object.entries(together).map(([name, value]) => [
        name,
        (value - (alone[name] ?? 0)) / count,
      ]);
      return {
        connections: count,
        connectSeconds,
        memory: (socketMemory(peer) - memory) / count / 1024,
        ...(Object.fromEntries(each) as Figures),
      };
    });
    // The peer notices that they went.
    await delay(sizes.settleMs);
    return figures;
  },
};
