import { createHash, randomBytes } from 'node:crypto';
import {
  ENTRY_LIFE_MS,
  PARTITION_VERSION,
  idOfItem,
  parseJson,
  partitionEntrySchema,
  withIds,
  type PartitionAnnouncement,
  type PartitionEntry,
  type SetAside,
} from '@tocsin/contracts';

/** Thrown if a set-aside record does not exist (`not_found`) or the content cannot be put back (`conflict`). */
export class SetAsideError extends Error {
  override name = 'SetAsideError';
  readonly code: 'not_found' | 'conflict';

  constructor(code: 'not_found' | 'conflict', message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Thrown if the producer refuses an event for a reason other than its content, such as the call's signature or the rate
 * limit.
 */
export class ProducerRefusedError extends Error {
  override name = 'ProducerRefusedError';
}

const putBackSchema = partitionEntrySchema.pick({ notifications: true, traceparent: true }).strip();

/**
 * Turns a record's content into a new entry (the only one in a new run) and an announcement.
 * @throws SetAsideError if the record has no content, or the content isn't an entry
 */
export function newEntryFrom(record: SetAside): {
  entry: PartitionEntry;
  announcement: PartitionAnnouncement;
} {
  const content = record.content === null ? undefined : parseEntry(record.content);
  if (!content) throw unusableContent(record);
  const run = randomBytes(4).toString('hex');
  const expiresAt = new Date(Date.now() + ENTRY_LIFE_MS).toISOString();
  const announcement = { v: PARTITION_VERSION, run, partition: 0, seq: 1, expiresAt } as const;
  return { entry: { ...content, ...announcement }, announcement };
}

function unusableContent({ entry, faults }: SetAside): SetAsideError {
  const why = faults.join('; ');
  return new SetAsideError(
    'conflict',
    `${entry} cannot be put back because the record has no usable content${why && ` (${why})`}.`,
  );
}

function parseEntry(content: string) {
  const parsed = putBackSchema.safeParse(parseJson(content));
  return parsed.success ? parsed.data : undefined;
}

/**
 * Turns a refused event's record into a `POST /notifications` body. Missing ids are derived from the record's name, so
 * a repeated attempt sends the same ids. The event's own id can't be used, because an event from another source may
 * have the same id.
 * @throws SetAsideError if the record's content is truncated
 */
export function newBodyFrom(record: SetAside): unknown {
  const body = parseJson(record.content ?? 'null');
  if (body === undefined) throw unusableContent(record);
  return withIds(body, (index) => idOfItem(record.entry, body, index, sha256));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
