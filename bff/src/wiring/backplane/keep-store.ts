import type { Logger } from '@tocsin/service';
import type { KeptStore, StoreEvents, StoresWithContent } from '../../backend.ts';
import { RedisConnection, type RedisConnectionOptions } from '../../redis/connection.ts';
import { RedisCopies } from '../../redis/copies.ts';
import { StreamKeeper } from '../../redis/stream-keeper.ts';

/** Maximum bytes of each stream with dead letters, receipts or erasures. */
const MAX_STREAM_BYTES = 16 * 1024 * 1024;

/**
 * Starts to trim the streams of Dapr's topics and to delete copies of erased content. Uses a separate connection, so
 * that large answers do not delay publications.
 */
export function keepStore(
  options: Omit<RedisConnectionOptions, 'name'>,
  { entries, log: feedLog, setAside, announceAgain, readers }: StoresWithContent,
  { onDropped }: StoreEvents,
  log: Logger,
): KeptStore {
  const connection = new RedisConnection({ ...options, name: 'the stream keeper' });
  const keeper = new StreamKeeper({ connection, maxBytes: MAX_STREAM_BYTES, onDropped, log });
  const copies = new RedisCopies({ connection, entries, feedLog, setAside, announceAgain, readers, log });
  connection.start();
  keeper.start();
  copies.start();
  return {
    copies,
    stop() {
      copies.stop();
      keeper.stop();
      connection.stop();
    },
  };
}
