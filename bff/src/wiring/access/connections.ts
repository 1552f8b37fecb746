import type { BffConfig } from '../../config.ts';
import type { AdmitStream } from '../../http/routes/stream.ts';
import { connectionLimits, socketLimits } from './connection-limits.ts';
import { Admission, type RefusalReason } from '../../socketio/admission/admission.ts';
import { createClientAddresses } from '../../socketio/admission/client-address.ts';
import { UnauthenticatedSockets } from '../../socketio/admission/unauthenticated-sockets.ts';

/** Creates everything that limits connections. `sockets` is the maximum number of TCP connections. */
export function createConnections(
  config: BffConfig,
  now: () => number,
  onRefused: (reason: RefusalReason) => void,
) {
  const clientAddresses = createClientAddresses(config.TRUST_PROXY);
  const limits = connectionLimits(config);
  const { unauthenticated: slots, all: sockets } = socketLimits(limits);
  const unauthenticated = new UnauthenticatedSockets({ slots, now, onRefused: () => onRefused('sockets') });
  const admission = new Admission({
    ...{ ...limits, clientAddresses, now },
    onAuthenticated: (socket) => unauthenticated.markAuthenticated(socket),
    onClosed: onRefused,
  });
  const admitStream: AdmitStream = (request, sub) => {
    const slot = admission.admitStream(request, sub);
    if ('reason' in slot) onRefused(slot.reason);
    return slot;
  };
  return { clientAddresses, admission, admitStream, unauthenticated, sockets };
}
