import { messageOf } from '@tocsin/tools/failure';
import { unlessStopped } from '@tocsin/tools/process/stop-signal';
import { newLogDir } from '@tocsin/tools/stack/log-dir';
import type { BenchOptions } from './options.ts';
import { PEERS } from './peers/index.ts';
import type { Peer, PeerId } from './peers/peer.ts';
import { startConditions } from './report/conditions.ts';
import type { Fault, PeerInfo, Result, Sample } from './report/result.ts';
import { WORKLOADS } from './workloads/index.ts';
import { FULL_SIZES, Numbers, SMALL_SIZES, warmUpOf, type Workload } from './workloads/workload.ts';

const INSTANCES = 2;

/**
 * Starts all peers, then runs every workload on every peer in each round. Records failures in the result, and continues
 * the run.
 */
export async function runRounds(
  options: BenchOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Result> {
  const conditions = await startConditions(options.persistence);
  const workloads = WORKLOADS.filter(({ id }) => options.workloads.includes(id));
  const requestedPeers = options.peers.filter((id) => workloads.some(({ peers }) => peers.includes(id)));
  const { peers, peerInfos } = await startPeers(requestedPeers, options, say);
  const sizes = options.small ? SMALL_SIZES : FULL_SIZES;
  const numbers = new Numbers();
  const samples: Sample[] = [];
  const faults: Fault[] = [];
  const runWorkload = async (work: Workload, peer: Peer, round: number) => {
    // Round 0 is only a warm-up.
    const context = { numbers, sizes: round === 0 ? warmUpOf(sizes) : sizes, signal };
    try {
      const figures = await unlessStopped(signal, work.run(peer, context));
      if (round > 0 && !signal.aborted) samples.push({ round, work: work.id, peer: peer.id, figures });
    } catch (error) {
      if (!signal.aborted) faults.push({ round, work: work.id, peer: peer.id, message: messageOf(error) });
    }
  };
  try {
    for (let round = options.small ? 1 : 0; round <= options.rounds; round++) {
      for (const work of workloads.filter(({ runsOnce }) => !runsOnce || round === 1)) {
        const capablePeers = peers.filter(({ id }) => work.peers.includes(id));
        if (capablePeers.length === 0 || signal.aborted) continue;
        say(`${round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`}: ${work.id}`);
        // Rotate the order, so that no peer always goes first or last.
        for (let turn = 0; turn < capablePeers.length && !signal.aborted; turn++) {
          await runWorkload(work, capablePeers[(turn + round) % capablePeers.length] as Peer, round);
        }
      }
    }
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
  return { v: 1, conditions: conditions(), rounds: options.rounds, sizes, peers: peerInfos, samples, faults };
}

/** Starts the peers sequentially. If a peer can't be started, records why and continues. */
async function startPeers(
  ids: readonly PeerId[],
  { persistence, profile }: BenchOptions,
  say: (line: string) => void,
): Promise<{ peers: Peer[]; peerInfos: PeerInfo[] }> {
  const logDir = newLogDir();
  say(`logs${profile ? ' and profiles' : ''}: ${logDir}`);
  const peers: Peer[] = [];
  const peerInfos: PeerInfo[] = [];
  for (const id of ids) {
    say(`starting ${id}`);
    try {
      const peer = await PEERS[id]({ instances: INSTANCES, persistence, profile, logDir });
      peers.push(peer);
      const { name, version, setup } = peer;
      peerInfos.push({ id, name, version, setup });
    } catch (error) {
      peerInfos.push({ id, name: id, version: '', setup: '', notMeasuredBecause: messageOf(error) });
      say(`${id} is not measured: ${messageOf(error)}`);
    }
  }
  return { peers, peerInfos };
}
