import { TOPICS } from '@tocsin/contracts';
import type { ErasedContent } from '../deliver/erase/erased-content.ts';
import type { RedisConnection } from './connection.ts';
import { isReceiptErased, isRefusedErased, isFullyErased, type StreamMessage } from './message-content.ts';

/** Number of messages to read at a time. Small because an event can be up to 4 MiB. */
const MESSAGES_AT_ONCE = 8;

/**
 * The streams that contain content, and the functions that select which messages to delete. An unprocessed event stays
 * if some of its notifications weren't erased: once it's processed, the feed drops the erased content, and the
 * acknowledged event leaves the stream.
 */
const STREAMS: readonly [string, (message: StreamMessage, content: ErasedContent) => boolean][] = [
  [TOPICS.notifications, isFullyErased],
  [TOPICS.deadNotifications, isFullyErased],
  [TOPICS.refusedNotifications, isRefusedErased],
  [TOPICS.receipts, isReceiptErased],
];

/**
 * Deletes the messages that Redis received up to `now` and that the functions in STREAMS select. Resolves with the
 * number of deleted messages.
 */
export async function eraseFromStreams(
  connection: RedisConnection,
  content: ErasedContent,
  now: number,
): Promise<number> {
  let count = 0;
  for (const [stream, isDeleted] of STREAMS)
    count += await eraseFrom(stream, isDeleted, { connection, content, now });
  return count;
}

async function eraseFrom(
  stream: string,
  isDeleted: (message: StreamMessage, content: ErasedContent) => boolean,
  { connection, content, now }: { connection: RedisConnection; content: ErasedContent; now: number },
): Promise<number> {
  const { client } = connection;
  const withTimeout = <T>(outcome: Promise<T>) => connection.withTimeout(outcome, 'read a stream');
  let count = 0;
  for (let start = '-'; ;) {
    const messages = await withTimeout(
      client.xRange(stream, start, String(now), { COUNT: MESSAGES_AT_ONCE }),
    );
    const erased = messages.filter((message) => isDeleted(message, content)).map(({ id }) => id);
    if (erased.length > 0) count += await withTimeout(client.xDel(stream, erased));
    const last = messages.at(-1)?.id;
    if (last === undefined || messages.length < MESSAGES_AT_ONCE) return count;
    start = `(${last}`;
  }
}
