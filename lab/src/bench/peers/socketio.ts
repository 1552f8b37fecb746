import { respondsOk } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import { socketIoProtocol } from '../protocols/socket-io.ts';
import { startInstances } from './instances.ts';
import { nodeServer } from './node-server.ts';
import { packageVersion } from './package-version.ts';
import { startPeerRedis } from './peer-redis.ts';
import type { PeerId, StartPeer } from './peer.ts';

interface Variant {
  id: PeerId;
  name: string;
  adapter: 'streams' | 'pubsub';
  /** True to enable socket.io's connection state recovery. */
  recovery: boolean;
}

const PACKAGES = { streams: '@socket.io/redis-streams-adapter', pubsub: '@socket.io/redis-adapter' } as const;

const starter =
  ({ id, name, adapter, recovery }: Variant): StartPeer =>
  async (options) => {
    const redis = await startPeerRedis(options);
    const ports = await freePorts(options.instances);
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const servers = await Promise.all(
      ports.map((port, index) =>
        nodeServer({
          name: `${id}-${index + 1}`,
          file: 'socketio-process',
          args: [String(port), adapter, redis.address, recovery ? 'on' : 'off'],
          logDir: options.logDir,
        }),
      ),
    );
    const instances = await startInstances(servers, (index) =>
      respondsOk(`${urls[index] ?? ''}/healthz`),
    ).catch(async (error: unknown) => {
      await redis.stop();
      throw error;
    });
    return {
      id,
      name,
      version: `${packageVersion('socket.io')} + ${packageVersion(PACKAGES[adapter])}`,
      setup: `${options.instances} instances with an Express POST route${recovery ? ', connection state recovery enabled' : ''}`,
      protocol: socketIoProtocol,
      publishUrls: urls.map((url) => `${url}/publish`),
      socketUrls: urls,
      requestFor: (messages) => ({ body: JSON.stringify(messages.length === 1 ? messages[0] : messages) }),
      processes: [
        ...servers.map((process) => ({ group: 'applications' as const, process, hasSockets: true })),
        { group: 'redis', process: redis.process, hasSockets: false },
      ],
      restart: () => instances.restart(),
      stop: async () => {
        await instances.stop();
        await redis.stop();
      },
    };
  };

export const startSocketIoStreams = starter({
  id: 'socketio-streams',
  name: 'socket.io + streams',
  adapter: 'streams',
  recovery: false,
});

export const startSocketIoPubSub = starter({
  id: 'socketio-pubsub',
  name: 'socket.io + pub/sub',
  adapter: 'pubsub',
  recovery: false,
});

export const startSocketIoRecovery = starter({
  id: 'socketio-recovery',
  name: 'socket.io + streams, recovery on',
  adapter: 'streams',
  recovery: true,
});
