import { isOfLaterVersion } from '@tocsin/contracts';
import { TemporaryError } from './errors.ts';

/** Maximum length of a schema's message in our errors. The schema's message can list thousands of faults. */
const MAX_MESSAGE_LENGTH = 500;

interface StoredSchema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: Parameters<typeof isOfLaterVersion>[0] };
}

/**
 * Parses a stored document. Error messages refer to the document as `name`.
 * @throws TemporaryError if this version cannot read it, so that documents from later versions don't get overwritten
 * @throws Damaged (if given) instead of TemporaryError if the document isn't from a later version
 */
export function parseStored<T>(
  schema: StoredSchema<T>,
  value: unknown,
  name: string,
  Damaged?: new (message: string) => TemporaryError,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { error } = parsed;
  const message = error.message.slice(0, MAX_MESSAGE_LENGTH);
  if (Damaged && !isOfLaterVersion(error, value)) throw new Damaged(`${name} is damaged: ${message}`);
  throw new TemporaryError(`this version cannot read ${name}: ${message}`);
}
