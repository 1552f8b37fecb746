import { auditClient, findAudit, matchesAudit, RedisAuditReader } from '@tocsin/bff';
import {
  auditQuerySchema,
  auditRecordSchema,
  faultsOf,
  type AuditQuery,
  type AuditRecord,
} from '@tocsin/contracts';
import { explainRedisFault, targetText } from '@tocsin/service/redis';
import { readDoctorConfig } from '../config.ts';
import { Failure, messageOf } from '../failure.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR } from '../paths.ts';
import { whenAborted } from '../process/stop-signal.ts';
import { readSidecarInfo } from '../start/instance/sidecar-file.ts';
import { AuditFollower } from './follower.ts';

const USAGE = 'npm run --silent audit [-- --limit 50] [--action erase] [--actor shop] [--follow]';
const POLL_MS = 1_000;

/**
 * `npm run audit`: prints the newest records of the audit trail as JSON lines, oldest first. With `--follow`, keeps
 * printing new records as they are written. Reads from the Redis that this folder's `npm start` uses, or from
 * REDIS_HOST if that is set.
 */
export async function audit(args: string[], signal: AbortSignal): Promise<number> {
  const { query, follow, data } = readArgs(args);
  const config = readDoctorConfig();
  const redisHost = config.redisHost ?? readSidecarInfo(data)?.redis;
  if (redisHost === undefined) {
    throw new Failure(
      'Tocsin is not running in this folder. Run `npm start`, or set REDIS_HOST (and REDIS_USERNAME, REDIS_PASSWORD).',
    );
  }
  const { audit: target } = config.redisAt(redisHost);
  const client = auditClient(target);
  const reader = new RedisAuditReader(client.get);
  try {
    const follower = new AuditFollower(reader);
    await follower.catchUp();
    const { records, unreadable } = await findAudit(reader, query);
    for (const { position: _, ...record } of records.toReversed()) print(record);
    // Both `findAudit` and the follower find the records written between `catchUp` and `findAudit`. Print them once.
    const printed = new Set(records.map(({ id }) => id));
    if (unreadable > 0)
      process.stderr.write(`This version of Tocsin cannot read ${unreadable} of the records.\n`);
    const stopped = whenAborted(signal);
    while (follow && !signal.aborted) {
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
      for (const value of await follower.next()) {
        const record = auditRecordSchema.safeParse(value);
        if (!record.success) process.stderr.write('This version of Tocsin cannot read one of the records.\n');
        else if (matchesAudit(record.data, query) && !printed.has(record.data.id)) print(record.data);
      }
    }
    return 0;
  } catch (error) {
    const explanation = explainRedisFault(error, target);
    const reason = explanation ? `it ${explanation.what}. ${explanation.remedy}` : messageOf(error);
    throw new Failure(`Cannot read the audit trail from the Redis at ${targetText(target)}: ${reason}`);
  } finally {
    await client.close();
  }
}

function print(record: AuditRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

function readArgs(args: string[]): { query: AuditQuery; follow: boolean; data: string } {
  const { follow, data, ...filters } = parseOptions(args, USAGE, {
    options: {
      limit: { type: 'string' },
      action: { type: 'string' },
      actor: { type: 'string' },
      follow: { type: 'boolean', default: false },
      data: { type: 'string', default: DATA_DIR },
    },
  }).values;
  const query = auditQuerySchema.safeParse(filters);
  if (query.success) return { query: query.data, follow, data };
  throw usageFailure(
    faultsOf(query.error).map(({ path, message }) => `--${path} ${message}`),
    USAGE,
  );
}
