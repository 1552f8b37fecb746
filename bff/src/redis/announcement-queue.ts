import { APP_IDS, TOPICS, type AnnouncementQueue } from '@tocsin/contracts';
import type { RedisConnection } from './connection.ts';
import { idAfter, isLowerId, timeOfId } from './stream-id.ts';

const STREAM = TOPICS.partitionAnnouncements;
/** If Redis can't tell how many announcements are waiting, we count them up to this limit. */
const MAX_COUNTED = 1_000;

/**
 * Reads the number of announcements that the bffs haven't finished and the age of the oldest. Rejects if Redis doesn't
 * reply.
 */
export async function readAnnouncementQueue(
  connection: RedisConnection,
  now: () => number = Date.now,
): Promise<AnnouncementQueue> {
  connection.check();
  const { client } = connection;
  const withTimeout = <T>(outcome: Promise<T>) => connection.withTimeout(outcome, 'report the announcements');
  const emptyQueue: AnnouncementQueue = { waiting: 0, heldBack: 0, oldestMs: 0 };
  // Unlike the next command, XLEN works if the stream doesn't exist.
  if ((await withTimeout(client.xLen(STREAM))) === 0) return emptyQueue;
  const groups = await withTimeout(client.xInfoGroups(STREAM));
  const group = groups.find(({ name }) => name === APP_IDS.bff);
  const lastDelivered = group ? String(group['last-delivered-id']) : '0-0';
  const pending = group ? await withTimeout(client.xPending(STREAM, APP_IDS.bff)) : undefined;
  const [next] = await withTimeout(client.xRange(STREAM, idAfter(lastDelivered), '+', { COUNT: 1 }));
  const waiting = next ? (group?.lag ?? (await withTimeout(countFrom(connection, next.id)))) : 0;
  const ids = [pending?.firstId, next?.id].filter((id) => typeof id === 'string');
  const oldest = ids.toSorted((a, b) => (isLowerId(a, b) ? -1 : 1))[0];
  return {
    waiting,
    heldBack: pending?.pending ?? 0,
    oldestMs: oldest === undefined ? 0 : Math.max(0, Math.round(now() - timeOfId(oldest))),
  };
}

const countFrom = async ({ client }: RedisConnection, id: string): Promise<number> =>
  (await client.xRange(STREAM, id, '+', { COUNT: MAX_COUNTED })).length;
