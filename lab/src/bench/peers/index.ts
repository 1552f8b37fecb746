import { startCentrifugo } from './centrifugo.ts';
import type { PeerId, StartPeer } from './peer.ts';
import { startSocketIoPubSub, startSocketIoRecovery, startSocketIoStreams } from './socketio.ts';
import { startTocsin } from './tocsin.ts';
import { startWs } from './ws.ts';

export const PEERS: Record<PeerId, StartPeer> = {
  ws: startWs,
  'socketio-streams': startSocketIoStreams,
  'socketio-pubsub': startSocketIoPubSub,
  'socketio-recovery': startSocketIoRecovery,
  centrifugo: startCentrifugo,
  tocsin: startTocsin,
};
