import { centrifugoProtocol } from './centrifugo.ts';
import { plainProtocol } from './plain.ts';
import type { Protocol, ProtocolName } from './protocol.ts';
import { socketIoProtocol } from './socket-io.ts';
import { tocsinProtocol } from './tocsin.ts';

export const PROTOCOLS: Record<ProtocolName, Protocol> = {
  plain: plainProtocol,
  'socket.io': socketIoProtocol,
  centrifugo: centrifugoProtocol,
  tocsin: tocsinProtocol,
};
