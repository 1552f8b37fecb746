import { z } from 'zod';
import { subSchema } from '../reader/identity.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { dateTimeSchema } from '../text/text.ts';
import { parseDateTime } from '../text/time.ts';

/** Maximum number of revoked subjects, and maximum size of the document in bytes. Further revocations are refused. */
export const MAX_REVOCATIONS = 1_000;
export const MAX_REVOCATIONS_BYTES = 100_000;

/**
 * Maximum time that `before` can be in the future. Future times are accepted because the clock of a token's issuer can
 * be ahead of the server's clock.
 */
export const MAX_REVOCATION_AHEAD_MS = 300_000;

/**
 * The body of `POST /app/ops/revocations`, which revokes tokens of `sub` issued at or before `before` (default: now).
 */
export const revokeSchema = z.strictObject({ sub: subSchema, before: dateTimeSchema.optional() });
export type Revoke = z.infer<typeof revokeSchema>;

/** Revokes all tokens of `sub` whose `iat` is missing, or is at or before `before`. */
export const revocationSchema = z.strictObject({
  sub: subSchema,
  before: dateTimeSchema,
  /** When the revocation was requested. */
  at: dateTimeSchema,
});
export type Revocation = z.infer<typeof revocationSchema>;

/** Returns a revocation's `before` (ms since 1970): the latest issue time of revoked tokens. */
export const revokedUntil = ({ before }: Pick<Revocation, 'before'>): number =>
  parseDateTime(before) ?? Infinity;

/** The response to `GET /app/ops/revocations`, sorted by `sub`. */
export const revocationsSchema = z.object({ revocations: z.array(revocationSchema) });
export type Revocations = z.infer<typeof revocationsSchema>;

const YEAR_0 = '0000-01-01T00:00:00.000Z';

/**
 * A stored revocation. If its date is unreadable, the revocation applies to all of the subject's tokens until it is
 * lifted. An unreadable date must neither cancel the revocation nor make the other revocations unreadable. Documents
 * from earlier versions can have dates before the year 0, which are read as the year 0.
 */
const storedRevocationSchema = revocationSchema.extend({
  before: dateTimeSchema.catch(({ value }) =>
    typeof value === 'string' && /^-\d{6}-/.test(value) ? YEAR_0 : '9999-12-31T23:59:59.999Z',
  ),
  at: dateTimeSchema.catch(YEAR_0),
});

/** All revocations. Every bff instance rereads this document once per second. */
export const revocationsDocumentSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  revocations: z.array(storedRevocationSchema),
});
export const REVOCATIONS_KEY = 'revocations';
