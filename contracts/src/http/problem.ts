import { z } from 'zod';

export const PROBLEM_CODES = [
  'invalid_json',
  'invalid_notification',
  'invalid_query',
  'invalid_request',
  'unauthorized',
  'forbidden',
  'ops_closed',
  'not_found',
  'method_not_allowed',
  'conflict',
  'payload_too_large',
  'unsupported_media_type',
  'too_many_requests',
  'unavailable',
  'internal_error',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/**
 * An error in the input. `path` is the dotted path of the invalid member (`2.actions.0.link`), or empty if the whole
 * input is invalid.
 */
export const faultSchema = z.strictObject({ path: z.string(), message: z.string() });
export type Fault = z.infer<typeof faultSchema>;

/** The body of every error response (RFC 9457). `code` is stable. `errors` lists the input errors. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(PROBLEM_CODES),
  detail: z.string(),
  errors: z.array(faultSchema).optional(),
  ids: z.array(z.string()).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The response to `POST /notifications` and `DELETE /notifications/{id}`. */
export const acceptedSchema = z.strictObject({ ids: z.array(z.string()) });
export type Accepted = z.infer<typeof acceptedSchema>;

/** Returns all errors that a schema found. Each unknown member is a separate error. */
export const faultsOf = (error: z.ZodError, prefix: PropertyKey[] = []): Fault[] =>
  error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key].map(String).join('.'),
        message: 'is not a known member',
      }));
    }
    // For an invalid key of a record, the outer issue says only that the key is invalid. The nested issue says why.
    const reason = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
    return [{ path: path.map(String).join('.'), message: reason ?? issue.message }];
  });
