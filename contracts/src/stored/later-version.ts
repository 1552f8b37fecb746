import { ZodError } from 'zod';
import { DOCUMENT_VERSION } from '../names.ts';

/**
 * Whether a document with these validation errors might have been written by a later version. Pass the document as
 * `value`. Without `value`, any error in the version number counts as a later version.
 */
export function isOfLaterVersion({ issues }: ZodError, value?: unknown): boolean {
  if (issues.every(({ code }) => code === 'unrecognized_keys')) return true;
  if (value === undefined) return issues.some(({ path }) => path[0] === 'v');
  const { v } = typeof value === 'object' && value !== null ? (value as { v?: unknown }) : {};
  return typeof v === 'number' && v > DOCUMENT_VERSION;
}

/** Whether a document is damaged: unreadable and not written by a later version. */
export const isDamagedDocument = (error: unknown): error is ZodError =>
  error instanceof ZodError && !isOfLaterVersion(error);
