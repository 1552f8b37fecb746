import { TemporaryError } from './errors.ts';

interface StoredSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

/**
 * Parses a stored document. `name` describes it in the error.
 * @throws TemporaryError if this version cannot read it, so that a document of a later version is not overwritten
 */
export function parseStored<T>(schema: StoredSchema<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TemporaryError(`this version cannot read ${name}: ${parsed.error.message}`);
}
