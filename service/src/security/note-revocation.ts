import type { AuditNote } from '../audit/note.ts';
import { noteChange, type AuditCaller } from '../audit/note-change.ts';
import { RevocationsFullError } from './revocations.ts';

/**
 * Runs `change`, which adds or lifts a revocation. Notes the outcome in the audit trail: `done`, or `uncertain` after
 * an error other than RevocationsFullError. If `change` resolves with false, there was no revocation to lift, so
 * nothing is noted. Resolves or rejects as `change` does.
 */
export function noteRevocation<T>(
  audit: { note(note: AuditNote): void },
  caller: AuditCaller,
  {
    action,
    sub,
    change,
  }: { action: 'reader-revoked' | 'reader-restored'; sub: string; change: () => Promise<T> },
): Promise<T> {
  const isRefusal = (error: unknown): boolean => error instanceof RevocationsFullError;
  return noteChange(audit, { ...caller, action, ids: [sub] }, { change, isRefusal });
}
