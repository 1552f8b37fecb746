import { Failure } from '@tocsin/tools/failure';
import { measureDaprCalls } from '../dapr-calls.ts';
import type { TocsinPeer } from '../peers/tocsin.ts';
import type { Peer } from '../peers/peer.ts';
import type { Workload } from './workload.ts';

const isTocsin = (peer: Peer): peer is TocsinPeer => 'stack' in peer;

/** Measures each Dapr call that a notification needs. The sum is a lower bound for the notification's latency. */
export const daprCalls: Workload = {
  id: 'dapr-calls',
  peers: ['tocsin'],
  run: async (peer, { sizes }) => {
    const [producer] = isTocsin(peer) ? peer.stack.producers : [];
    const [bff] = isTocsin(peer) ? peer.stack.bffs : [];
    if (!producer || !bff) throw new Failure(`${peer.name} makes no Dapr calls.`);
    const calls = await measureDaprCalls(producer, bff, sizes.daprCalls);
    return { ...calls, sum: Object.values(calls).reduce((sum, ms) => sum + ms, 0) };
  },
};
