import { parseRedisInfo } from '@tocsin/service/redis-info';
import { createClient } from 'redis';
import { messageOf } from '../../failure.ts';
import type { Clock } from './clock-skew.ts';
import { fault, type Finding } from '../finding.ts';
import { checkEviction, checkFsync, checkMemory, checkRole, type RedisFacts } from './redis-rules.ts';
import type { Target } from '../target.ts';

const TIMEOUT_MS = 5_000;

/** A connection to the target's Redis, or a phrase that says why there is none. */
export async function openRedis({ redis }: Target) {
  const { host, port, username, password } = redis;
  const client = createClient({
    socket: { host, port, connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, reconnectStrategy: false },
    ...(username && { username }),
    ...(password && { password }),
    // A silent connection means that Redis hangs. The timeout closes it and rejects its waiting commands.
    pingInterval: 1_000,
  });
  // Without a listener, an error would end the process. The calls also reject with it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    closeRedis(client);
    return messageOf(error);
  }
}
export type OpenRedis = Exclude<Awaited<ReturnType<typeof openRedis>>, string>;

export function closeRedis(redis: OpenRedis | string): void {
  if (typeof redis !== 'string' && redis.isOpen) redis.destroy();
}

/** Checks the durability settings and the clock of Redis. */
export async function checkRedis(
  target: Target,
  redis: OpenRedis | string,
): Promise<{ findings: Finding[]; clock?: Clock }> {
  const { host, port } = target.redis;
  if (typeof redis === 'string') {
    const refused = /NOAUTH|WRONGPASS|AUTH/i.test(redis);
    return {
      findings: [
        fault(
          'redis',
          `${refused ? 'rejects the login' : 'does not answer'} at ${host}:${port}: ${redis}`,
          refused
            ? 'Set REDIS_PASSWORD to its password.'
            : 'Start Redis, or give another address with --redis HOST:PORT.',
        ),
      ],
    };
  }
  try {
    const askedAt = Date.now();
    const [seconds, micros] = (await redis.sendCommand(['TIME'])) as unknown as [string, string];
    const answeredAt = Date.now();
    const time = Number(seconds) * 1000 + Number(micros) / 1000;
    const facts: RedisFacts = { info: parseRedisInfo(await redis.info()), config: await readConfig(redis) };
    return {
      findings: [checkRole(facts), checkFsync(facts), checkEviction(facts), checkMemory(facts)],
      clock: { name: 'redis', least: time - answeredAt, most: time - askedAt },
    };
  } catch (error) {
    return {
      findings: [
        fault(
          'redis',
          `answers at ${host}:${port} but rejects INFO: ${messageOf(error)}`,
          'See the log of Redis.',
        ),
      ],
    };
  }
}

async function readConfig(redis: OpenRedis): Promise<RedisFacts['config']> {
  try {
    return new Map(Object.entries(await redis.configGet('append*')));
  } catch {
    return undefined;
  }
}
