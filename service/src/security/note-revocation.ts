import type { AuditNote } from '../audit/note.ts';
import type { AuditCaller } from '../set-aside/note-set-aside.ts';
import { RevocationsFullError } from './revocations.ts';

/**
 * Runs `change`, which adds or lifts a revocation. Notes the outcome in the audit trail: `done`, or `uncertain` after an
 * error other than RevocationsFullError. If `change` resolves with false, there was nothing to lift and nothing to note.
 * Settles like `change`.
 */
export async function noteRevocation<T>(
  audit: { note(note: AuditNote): void },
  caller: AuditCaller,
  {
    action,
    sub,
    change,
  }: { action: 'reader-revoked' | 'reader-restored'; sub: string; change: () => Promise<T> },
): Promise<T> {
  const note = (outcome: 'done' | 'uncertain') => audit.note({ ...caller, action, outcome, ids: [sub] });
  try {
    const result = await change();
    if (result !== false) note('done');
    return result;
  } catch (error) {
    if (!(error instanceof RevocationsFullError)) note('uncertain');
    throw error;
  }
}
