import { AUDIT_STREAMS, AUDIT_TOPICS, parseJson, type AuditPosition } from '@tocsin/contracts';
import { newestFirst } from '../ops/audit.ts';
import type { AuditReader, StoredAuditRecord } from '../ops/ports.ts';

export interface ReversibleStreams {
  xRevRange(
    key: string,
    end: string,
    start: string,
    options: { COUNT: number },
  ): Promise<readonly { id: string; message: Record<string, string> }[]>;
}

/** Reads the streams written by the `notification-audit` component. */
export class RedisAuditReader implements AuditReader {
  readonly #redis: () => Promise<ReversibleStreams>;

  /** `redis` resolves with a connected client, or rejects while no client is connected. */
  constructor(redis: () => Promise<ReversibleStreams>) {
    this.#redis = redis;
  }

  async read(before: AuditPosition | undefined, limit: number): Promise<StoredAuditRecord[]> {
    const redis = await this.#redis();
    const streams = await Promise.all(
      AUDIT_STREAMS.map(async (name, stream) => {
        const entries = await redis.xRevRange(AUDIT_TOPICS[name], endOf(before, stream), '-', {
          COUNT: limit,
        });
        return entries.map(({ id, message }) => ({
          position: positionOf(id, stream),
          // `pubsub.redis` stores the published message in the `data` field.
          value: parseJson(message['data'] ?? ''),
        }));
      }),
    );
    return newestFirst(streams.flat(), limit);
  }
}

/**
 * Returns the end of the range to read from a stream. Records with the same id are listed by stream number, lowest
 * first.
 */
function endOf(before: AuditPosition | undefined, stream: number): string {
  if (!before) return '+';
  return `${stream > before.stream ? '' : '('}${before.ms}-${before.seq}`;
}

function positionOf(id: string, stream: number): AuditPosition {
  const [ms, seq] = id.split('-').map(Number);
  return { ms: ms ?? 0, seq: seq ?? 0, stream };
}
