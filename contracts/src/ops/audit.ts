import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from '../limits.ts';
import { dateTimeSchema } from '../text/text.ts';

/**
 * The actions that the audit trail records. Any other request is recorded only if it is refused: as `internal-call` on
 * an internal port, otherwise as `call`.
 */
export const AUDIT_ACTIONS = [
  'publish',
  'retract',
  'erase',
  'compose',
  'put-back',
  'delete',
  'send-again',
  'dismiss',
  'key-created',
  'key-changed',
  'key-revoked',
  'reader-revoked',
  'reader-restored',
  'internal-call',
  'call',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** The outcomes of actions. `uncertain` means that the action might have been executed partly or completely. */
export const AUDIT_OUTCOMES = [
  'done',
  'uncertain',
  'invalid',
  'unauthorized',
  'forbidden',
  'forged',
] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** `several` stands for multiple actors, combined because there were too many to record separately. */
export type AuditActorKind = 'key' | 'reader' | 'app' | 'anonymous' | 'operator' | 'several';
export type AuditVia = 'http' | 'invocation' | 'topic' | 'ops' | 'cli' | 'secret';

/**
 * The audit trail's streams. Each is trimmed separately so that a flood of refused attempts can't push out completed
 * actions. A record's position contains the index of its stream in this list.
 */
export const AUDIT_STREAMS = ['acts', 'publications', 'refusals'] as const;
export type AuditStream = (typeof AUDIT_STREAMS)[number];

/** Maximum JSON size of a record in bytes. A record that would be larger lists fewer feeds and ids. */
export const MAX_AUDIT_RECORD_BYTES = 1_024;
/**
 * Maximum number of records per stream (`maxLenApprox` in the Dapr component). Redis deletes the oldest records in
 * blocks, so a stream can have up to 100 more.
 */
export const MAX_AUDIT_RECORDS = 10_000;
/** Maximum number of distinct feeds that a record counts. Further feeds are ignored. */
export const MAX_AUDIT_FEEDS_COUNTED = 1_000;

/** An action, outcome or other name in a record. Unknown names are accepted because newer versions can add some. */
const wordSchema = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'must be a lowercase word');
const listSchema = z.object({
  count: z.int().min(1),
  /** The first names in the list: at most 16, or fewer if the record would become too large. */
  first: z.array(z.string()),
});

/**
 * One or more attempts at an action by the same actor through the same entry point at about the same time. Doesn't
 * contain titles, bodies, links or other content.
 */
export const auditRecordSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** `<process>-<number>`. A gap in a process's numbers means that a record was lost or removed. */
  id: z.string().max(40),
  at: dateTimeSchema,
  /** Time of the last attempt if there was more than one. */
  until: dateTimeSchema.optional(),
  /** Number of attempts. */
  requests: z.int().min(1),
  action: wordSchema,
  outcome: wordSchema,
  via: wordSchema,
  actor: z.object({
    kind: wordSchema,
    name: z.string().optional(),
    /** Set if `name` is only the sender's claim and wasn't verified. */
    claimed: z.literal(true).optional(),
  }),
  feeds: listSchema.optional(),
  /** The targets of the action: ids of notifications, or names of set-aside records, keys or readers. */
  ids: listSchema.optional(),
  /** The instance that recorded the action. */
  instance: z.string(),
  traceId: z.string().optional(),
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;

const POSITION = /^(\d{1,15})-(\d{1,15})\.([0-2])$/;

/**
 * A record's position in the trail. Newer records come first. Of records with the same `ms` and `seq`, the record
 * whose stream has the lower index comes first.
 */
export interface AuditPosition {
  ms: number;
  seq: number;
  /** Index in `AUDIT_STREAMS`. */
  stream: number;
}

export const formatAuditPosition = ({ ms, seq, stream }: AuditPosition): string => `${ms}-${seq}.${stream}`;

export function parseAuditPosition(text: string): AuditPosition | undefined {
  const [, ms, seq, stream] = POSITION.exec(text) ?? [];
  return ms === undefined ? undefined : { ms: Number(ms), seq: Number(seq), stream: Number(stream) };
}

/** Compares two positions. Negative if `a` is newer. */
export const compareAuditPositions = (a: AuditPosition, b: AuditPosition): number =>
  b.ms - a.ms || b.seq - a.seq || a.stream - b.stream;

/** Query parameters for `GET /app/ops/audit`. */
export const auditQuerySchema = z.strictObject({
  before: z.string().regex(POSITION, 'must be the position of an audit record').optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${MAX_PAGE_LIMIT}`)
    .transform(Number)
    .refine((n) => n <= MAX_PAGE_LIMIT, `must be from 1 to ${MAX_PAGE_LIMIT}`)
    .default(DEFAULT_PAGE_LIMIT),
  action: wordSchema.optional(),
  /** Part of the actor's name, or the actor's kind. Case-insensitive. */
  actor: z.string().min(1).max(255).optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

export const listedAuditRecordSchema = auditRecordSchema.extend({ position: z.string() });
export type ListedAuditRecord = z.infer<typeof listedAuditRecordSchema>;

/**
 * The response to `GET /app/ops/audit`: matching records, newest first. `next` is the next page's `before`, or null
 * at the end of the trail. A page can be short or empty even if more pages follow.
 */
export const auditPageSchema = z.object({
  records: z.array(listedAuditRecordSchema),
  /** Number of records in this page's range that this version couldn't read. */
  unreadable: z.int().min(0),
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;
