import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hostEnvironment } from '@tocsin/tools/config';
import { pollUntil } from '@tocsin/tools/net/poll';
import { freePorts } from '@tocsin/tools/net/ports';
import { ManagedProcess } from '@tocsin/tools/process/managed-process';

export interface AnyRedis {
  process: ManagedProcess;
  port: number;
  /** `127.0.0.1:port`. */
  address: string;
}

/** Paths to a certificate and key. */
interface PemFiles {
  cert: string;
  key: string;
}

export interface RedisOptions {
  dir: string;
  name: string;
  /** Additional Redis settings, for example `tls-auth-clients`. */
  settings?: Record<string, string>;
  /** `redis-server` by default. */
  command?: string;
  tls?: { ca: PemFiles; server: PemFiles };
}

/** Starts a Redis server. With `tls`, it accepts only TLS connections. Resolves when the port is open. */
export async function startRedis(options: RedisOptions): Promise<AnyRedis> {
  const { dir, name, tls, settings = {} } = options;
  const [port = 0] = await freePorts(1);
  const data = join(dir, name);
  mkdirSync(data, { recursive: true });
  return launch(options, port, [], {
    ...(tls
      ? { port: '0', 'tls-port': String(port), 'tls-replication': 'yes', ...tlsFiles(tls) }
      : { port: String(port) }),
    ...{ bind: '127.0.0.1', dir: data, save: '', appendonly: 'yes', appendfsync: 'always' },
    ...settings,
  });
}

/**
 * Starts a Sentinel that watches `master` under the name `tocsin`, and considers it down after a second without a
 * reply.
 */
export async function startSentinel(
  options: RedisOptions,
  master: AnyRedis,
  lines: readonly string[] = [],
): Promise<AnyRedis> {
  const { dir, name, tls } = options;
  const [port = 0] = await freePorts(1);
  const file = join(dir, `${name}.conf`);
  const settings = {
    ...(tls
      ? { port: '0', 'tls-port': String(port), 'tls-replication': 'yes', ...tlsFiles(tls) }
      : { port: String(port) }),
    ...{ bind: '127.0.0.1', dir, ...options.settings },
  };
  const text = [
    ...Object.entries(settings).map(([key, value]) => `${key} ${value}`),
    `sentinel monitor tocsin 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds tocsin 1000',
    'sentinel failover-timeout tocsin 5000',
    ...lines,
  ];
  writeFileSync(file, `${text.join('\n')}\n`);
  return launch(options, port, [file, '--sentinel'], {});
}

const tlsFiles = ({ ca, server }: NonNullable<RedisOptions['tls']>) => ({
  'tls-cert-file': server.cert,
  'tls-key-file': server.key,
  'tls-ca-cert-file': ca.cert,
});

async function launch(
  { dir, name, command = 'redis-server' }: RedisOptions,
  port: number,
  first: readonly string[],
  settings: Record<string, string>,
): Promise<AnyRedis> {
  const server = new ManagedProcess({
    name,
    command,
    args: [...first, ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value])],
    env: { PATH: hostEnvironment()['PATH'] ?? '' },
    logFile: join(dir, `${name}.log`),
  });
  await server.start();
  const fault = await pollUntil(() => isListening(port), {
    timeoutMs: 20_000,
    giveUp: () => (server.running ? undefined : `it has exited: ${server.tail()}`),
  });
  if (fault) throw new Error(`${name}: ${fault}`);
  return { process: server, port, address: `127.0.0.1:${port}` };
}

/** Connects to the port. `isPortFree` would briefly occupy the port, possibly just when the server needs it. */
const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (connected: boolean): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
