import { setTimeout as delay } from 'node:timers/promises';
import { BROADCAST_STREAM } from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';
import { createClient } from 'redis';
import type { Rig } from './rig.ts';
import type { Counts } from './window.ts';

/** Maximum events in the stream, as set by the broadcaster. */
const STREAM_LENGTH = 2_000;
const TICK_MS = 10;
/**
 * The sender id in injected events. An instance skips only events with its own id, so every instance reads the injected
 * events.
 */
const STRANGER = 'capacity';
/** How long to wait after the last event for all instances to read it (ms). */
const READ_MS = 200;

type Event = Record<string, string>;

async function withRedis<T>(
  rig: Rig,
  work: (redis: ReturnType<typeof createClient>) => Promise<T>,
): Promise<T> {
  const redis = createClient({ url: `redis://${rig.broadcast}` });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    redis.destroy();
  }
}

export const newestEvent = (rig: Rig): Promise<Event> =>
  withRedis(rig, async (redis) => {
    const [newest] = await redis.xRevRange(BROADCAST_STREAM, '+', '-', { COUNT: 1 });
    if (!newest) throw new Failure('The broadcaster has not sent any events.');
    return { ...newest.message };
  });

/** Counts the feeds (each has a member `proof`) and publications (each has a member `notification`) in a message. */
export function contentsOf(message: Event): { events: number; notifications: number } {
  const text = Object.values(message).join();
  const count = (name: string) => text.split(`"${name}":`).length - 1;
  return { events: count('proof'), notifications: count('notification') };
}

/** Redis memory per event in the broadcaster's stream (bytes). */
export const measureEventBytes = (rig: Rig): Promise<number> =>
  withRedis(rig, async (redis) => {
    const bytes = await redis.memoryUsage(BROADCAST_STREAM, { SAMPLES: 0 });
    return (bytes ?? 0) / Math.max(1, await redis.xLen(BROADCAST_STREAM));
  });

/** A stream that no instance reads. */
const UNREAD_STREAM = 'capacity-unread';

interface Injection {
  /** Events a second. */
  rate: number;
  count: number;
  /**
   * If false, the events go to a stream that no instance reads, so that only the writes are measured. Default: true.
   */
  heard?: boolean;
}

/**
 * Writes copies of an earlier event, by default to the broadcaster's stream. The event's feeds have no subscribers, so
 * instances read the copies and do no further work.
 */
export const inject = (rig: Rig, event: Event, { rate, count, heard = true }: Injection): Promise<Counts> =>
  withRedis(rig, async (redis) => {
    const started = performance.now();
    const written: Promise<unknown>[] = [];
    while (written.length < count) {
      const due = Math.min(count, Math.ceil(((performance.now() - started) / 1000) * rate)) - written.length;
      for (let i = 0; i < due; i++) {
        written.push(
          redis.xAdd(
            heard ? BROADCAST_STREAM : UNREAD_STREAM,
            '*',
            { ...event, uid: STRANGER },
            {
              TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: STREAM_LENGTH },
            },
          ),
        );
      }
      await delay(TICK_MS);
    }
    await Promise.all(written);
    await delay(READ_MS);
    return { injected: count };
  });
