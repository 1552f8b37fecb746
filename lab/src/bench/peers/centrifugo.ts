import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from '@tocsin/tools/config';
import { respondsOk } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { centrifugoProtocol } from '../protocols/centrifugo.ts';
import { buildCentrifugo, CENTRIFUGO_VERSION } from './centrifugo-build.ts';
import { startInstances } from './instances.ts';
import { startPeerRedis } from './peer-redis.ts';
import type { Message, StartPeer } from './peer.ts';

const API_KEY = 'bench';

/** Each channel keeps as many publications as our feeds do (10,000), for a day. */
const CHANNEL = { history_size: 10_000, history_ttl: '24h', force_recovery: true };

/**
 * Centrifugo's settings. Anonymous clients can connect and subscribe. Centrifugo reads the part of a channel name
 * before the colon as a namespace, so the settings must define the namespaces `user` and `topic`.
 */
const configFor = (redis: string) => ({
  http_server: { address: '127.0.0.1' },
  engine: { type: 'redis', redis: { address: [redis] } },
  client: { insecure: true },
  http_api: { key: API_KEY },
  channel: {
    without_namespace: CHANNEL,
    namespaces: ['user', 'topic'].map((name) => ({ name, ...CHANNEL })),
  },
  health: { enabled: true },
  usage_stats: { disabled: true },
  log: { level: 'error' },
});

const publishOf = ({ feed, text }: Message) => ({ channel: feed, data: { text } });

/** Starts Centrifugo with the Redis engine, history and recovery enabled. */
export const startCentrifugo: StartPeer = async (options) => {
  const command = await buildCentrifugo();
  const redis = await startPeerRedis(options);
  const ports = await freePorts(options.instances);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bench-centrifugo-'));
  const config = join(dir, 'config.json');
  writeFileSync(config, JSON.stringify(configFor(redis.address)));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const nodes = ports.map(
    (port, index) =>
      new ManagedProcess({
        name: `centrifugo-${index + 1}`,
        command,
        args: ['--config', config, '--http_server.port', String(port)],
        cwd: dir,
        env: cleanEnvironment(),
        logFile: join(options.logDir, `centrifugo-${index + 1}.log`),
        stopTimeoutMs: 5_000,
      }),
  );
  const cleanUp = async () => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  const instances = await startInstances(nodes, (index) => respondsOk(`${urls[index] ?? ''}/health`)).catch(
    async (error: unknown) => {
      await cleanUp();
      throw error;
    },
  );
  return {
    id: 'centrifugo',
    name: 'Centrifugo',
    version: CENTRIFUGO_VERSION,
    setup: `${options.instances} nodes, Redis engine, history and recovery enabled`,
    protocol: centrifugoProtocol,
    publishUrls: urls.map((url) => `${url}/api/publish`),
    socketUrls: urls,
    requestFor: (messages) => {
      const [first] = messages;
      const headers = { 'x-api-key': API_KEY };
      if (first && messages.length === 1) return { body: JSON.stringify(publishOf(first)), headers };
      const commands = messages.map((message) => ({ publish: publishOf(message) }));
      return { path: '/api/batch', body: JSON.stringify({ commands }), headers };
    },
    processes: [
      ...nodes.map((process) => ({ group: 'applications' as const, process, hasSockets: true })),
      { group: 'redis', process: redis.process, hasSockets: false },
    ],
    restart: () => instances.restart(),
    stop: async () => {
      await instances.stop();
      await cleanUp();
    },
  };
};
