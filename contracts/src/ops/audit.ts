import { z } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from '../limits.ts';
import { dateTimeSchema } from '../text/text.ts';

/** What the audit trail records. `internal-call` is a call of an internal port, `call` any other that was refused. */
export const AUDIT_ACTIONS = [
  'publish',
  'retract',
  'erase',
  'compose',
  'put-back',
  'delete',
  'key-created',
  'key-changed',
  'key-revoked',
  'reader-revoked',
  'reader-restored',
  'internal-call',
  'call',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** `uncertain`: it was answered 503, so any part of it may have happened. */
export const AUDIT_OUTCOMES = [
  'done',
  'uncertain',
  'invalid',
  'unauthorized',
  'forbidden',
  'forged',
] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** `several` stands for actors that were too many to be named one by one. */
export type AuditActorKind = 'key' | 'reader' | 'app' | 'anonymous' | 'operator' | 'several';
export type AuditVia = 'http' | 'invocation' | 'topic' | 'ops' | 'cli' | 'secret';

/**
 * The streams of the trail, each trimmed for itself: refused attempts push out refused attempts, and never an act. A
 * position names a stream by its index here.
 */
export const AUDIT_STREAMS = ['acts', 'publications', 'refusals'] as const;
export type AuditStream = (typeof AUDIT_STREAMS)[number];

/** Bytes of a record as JSON. */
export const MAX_AUDIT_RECORD_BYTES = 1_024;
/** Records that each stream keeps; `maxLenApprox` of the component. Redis trims whole nodes, so up to 100 more stay. */
export const MAX_AUDIT_RECORDS = 10_000;
/** A count of different feeds goes no further. */
export const MAX_AUDIT_FEEDS_COUNTED = 1_000;

/** Readers take words that they do not know: a newer version may have more of them. */
const wordSchema = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'must be a word in lower case');
const listSchema = z.object({
  count: z.int().min(1),
  /** The first of them, as many as fit into the record. */
  first: z.array(z.string()),
});

/** Who did what, when and by which way. It holds no title, body, link or other content. */
export const auditRecordSchema = z.object({
  v: z.literal(DOCUMENT_VERSION),
  /** `<process>-<number>`: a gap in the numbers of a process is a record that was lost or removed. */
  id: z.string().max(40),
  at: dateTimeSchema,
  /** The last attempt, where the record sums several. */
  until: dateTimeSchema.optional(),
  /** Attempts that this record sums. */
  requests: z.int().min(1),
  action: wordSchema,
  outcome: wordSchema,
  via: wordSchema,
  actor: z.object({
    kind: wordSchema,
    name: z.string().optional(),
    /** The sender says so itself, and nothing shows that it is true. */
    claimed: z.literal(true).optional(),
  }),
  feeds: listSchema.optional(),
  /** What it was done to: ids of notifications, entries of dead letters, names of keys or readers. */
  ids: listSchema.optional(),
  /** The instance that recorded it. */
  instance: z.string(),
  traceId: z.string().optional(),
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;

const POSITION = /^(\d{1,15})-(\d{1,15})\.([0-2])$/;

/** Where a record lies in the trail. The newest is first; of two with the same time the one of the lower stream. */
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

/** Below 0 when `a` is the newer one. */
export const compareAuditPositions = (a: AuditPosition, b: AuditPosition): number =>
  b.ms - a.ms || b.seq - a.seq || a.stream - b.stream;

/** The query of `GET /app/ops/audit`. */
export const auditQuerySchema = z.strictObject({
  before: z.string().regex(POSITION, 'must be the position of a record').optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${MAX_PAGE_LIMIT}`)
    .transform(Number)
    .refine((n) => n <= MAX_PAGE_LIMIT, `must be from 1 to ${MAX_PAGE_LIMIT}`)
    .default(DEFAULT_PAGE_LIMIT),
  action: wordSchema.optional(),
  /** A part of the actor's name in any case, or its kind. */
  actor: z.string().min(1).max(255).optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

export const listedAuditRecordSchema = auditRecordSchema.extend({ position: z.string() });
export type ListedAuditRecord = z.infer<typeof listedAuditRecordSchema>;

/**
 * The answer of `GET /app/ops/audit`: records that match, the newest first. `next` is the `before` of the next page,
 * and null at the end of the trail; a page may be short, or empty, before it.
 */
export const auditPageSchema = z.object({
  records: z.array(listedAuditRecordSchema),
  /** Records of this stretch that this version cannot read. */
  unreadable: z.int().min(0),
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;
