import { respondsOk } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import { plainProtocol } from '../protocols/plain.ts';
import { startInstances } from './instances.ts';
import { nodeServer } from './node-server.ts';
import { packageVersion } from './package-version.ts';
import type { StartPeer } from './peer.ts';

/**
 * Starts a plain WebSocket server: the baseline for the cost of fan-out. It has no bus, so it's always a single
 * process.
 */
export const startWs: StartPeer = async ({ logDir }) => {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const server = await nodeServer({ name: 'ws', file: 'ws-process', args: [String(port)], logDir });
  const instances = await startInstances([server], () => respondsOk(`${url}/healthz`));
  return {
    id: 'ws',
    name: 'raw ws',
    version: packageVersion('ws'),
    setup: 'one process, node:http, one pre-encoded frame, no history',
    protocol: plainProtocol,
    publishUrls: [`${url}/publish`],
    socketUrls: [url],
    requestFor: (messages) => ({ body: JSON.stringify(messages.length === 1 ? messages[0] : messages) }),
    processes: [{ group: 'applications', process: server, hasSockets: true }],
    restart: () => instances.restart(),
    stop: () => instances.stop(),
  };
};
