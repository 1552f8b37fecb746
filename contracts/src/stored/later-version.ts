import { ZodError } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/**
 * Whether a stored document that this version cannot read may be one of a later version. Without the `value` that was read,
 * anything wrong with its version says so.
 */
export function isOfLaterVersion({ issues }: ZodError, value?: unknown): boolean {
  if (issues.every(({ code }) => code === 'unrecognized_keys')) return true;
  if (value === undefined) return issues.some(({ path }) => path[0] === 'v');
  const { v } = typeof value === 'object' && value !== null ? (value as { v?: unknown }) : {};
  return typeof v === 'number' && v > DOCUMENT_VERSION;
}

/** Whether a stored document could not be read because no version writes such a one. */
export const isDamagedDocument = (error: unknown): error is ZodError =>
  error instanceof ZodError && !isOfLaterVersion(error);
