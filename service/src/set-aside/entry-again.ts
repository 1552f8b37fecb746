import { randomBytes } from 'node:crypto';
import {
  ENTRY_LIFE_MS,
  PARTITION_VERSION,
  parseJson,
  partitionEntrySchema,
  type PartitionAnnouncement,
  type PartitionEntry,
  type SetAside,
} from '@tocsin/contracts';

/** A dead letter that is not there (`not_found`), or that cannot be put back as it is (`conflict`). */
export class DeadLetterError extends Error {
  override name = 'DeadLetterError';
  readonly code: 'not_found' | 'conflict';

  constructor(code: 'not_found' | 'conflict', message: string) {
    super(message);
    this.code = code;
  }
}

const putBackSchema = partitionEntrySchema.pick({ notifications: true, traceparent: true }).strip();

/**
 * The content of a record as a new entry under a run of its own, with its announcement.
 * @throws DeadLetterError when there is no content, or none that is an entry
 */
export function entryAgain(record: SetAside): {
  entry: PartitionEntry;
  announcement: PartitionAnnouncement;
} {
  const content = record.content === null ? undefined : parseEntry(record.content);
  if (!content) {
    const why = record.faults.join('; ');
    throw new DeadLetterError(
      'conflict',
      `${record.entry} has no content that could be put back${why && ` (${why})`}.`,
    );
  }
  const run = randomBytes(4).toString('hex');
  const expiresAt = new Date(Date.now() + ENTRY_LIFE_MS).toISOString();
  const reference = { v: PARTITION_VERSION, run, partition: 0, seq: 1, expiresAt } as const;
  return {
    entry: { ...content, ...reference },
    announcement: reference,
  };
}

function parseEntry(content: string) {
  const parsed = putBackSchema.safeParse(parseJson(content));
  return parsed.success ? parsed.data : undefined;
}
