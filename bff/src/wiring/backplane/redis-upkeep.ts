import { distinctRedis, type RedisPart, type RedisParts } from '@tocsin/service/redis';
import type { RedisUpkeep, RedisUpkeepEvents, StoresWithContent } from '../../backend.ts';
import { RedisConnection, type RedisConnectionOptions } from '../../redis/connection.ts';
import { RedisCopyEraser } from '../../redis/copies.ts';
import { StreamKeeper } from '../../redis/stream-keeper.ts';

/** Maximum bytes per stream (dead letters, refused events, receipts, erasures). */
const MAX_STREAM_BYTES = 16 * 1024 * 1024;

/**
 * Starts trimming the streams of Dapr's topics and deleting copies of erased content. Uses separate connections so that
 * large replies don't delay publications.
 */
export function startRedisUpkeep(
  options: Omit<RedisConnectionOptions, 'name' | 'target'>,
  redis: RedisParts,
  { entries, log: feedLog, setAside, announceAgain, readers }: StoresWithContent,
  { onDropped, eraseFallbacks }: RedisUpkeepEvents,
): RedisUpkeep {
  const { log } = options;
  const connections = distinctRedis({ ...redis, audit: redis.topics }).map(({ target, parts }) => ({
    parts,
    connection: new RedisConnection({ ...options, target, name: 'the stream keeper' }),
  }));
  const connectionFor = (part: RedisPart | 'broadcaster'): RedisConnection => {
    const found = connections.find(({ parts }) => parts.includes(part));
    if (!found) throw new Error(`no Redis connection for ${part}`);
    return found.connection;
  };
  const [broadcaster, topics, state, entriesRedis] = [
    connectionFor('broadcaster'),
    connectionFor('topics'),
    connectionFor('state'),
    connectionFor('entries'),
  ];
  const keeper = new StreamKeeper({ topics, broadcaster, maxBytes: MAX_STREAM_BYTES, onDropped, log });
  const copies = new RedisCopyEraser({
    ...{ broadcaster, topics, state, entriesRedis },
    ...{ entries, feedLog, setAside, announceAgain, readers, eraseFallbacks, log },
  });
  for (const { connection } of connections) connection.start();
  keeper.start();
  copies.start();
  return {
    copies,
    stop() {
      copies.stop();
      keeper.stop();
      for (const { connection } of connections) connection.stop();
    },
  };
}
