import type { SetAside } from '@tocsin/contracts';
import type { AuditNote } from '../audit/note.ts';
import { noteChange, type AuditCaller } from '../audit/note-change.ts';
import { SetAsideError } from './new-entry.ts';

/**
 * Runs `change`, which puts a record back or deletes it. Notes the outcome in the audit trail: `done`, or `uncertain`
 * after an error other than SetAsideError. Resolves or rejects as `change` does.
 */
export function noteSetAside(
  audit: { note(note: AuditNote): void },
  caller: AuditCaller,
  {
    action,
    record,
    change,
  }: { action: 'put-back' | 'delete'; record: SetAside; change: () => Promise<void> },
): Promise<void> {
  const about = { ...caller, action, ids: [record.entry], feeds: record.feed ? [record.feed] : [] };
  return noteChange(audit, about, { change, isRefusal: (error) => error instanceof SetAsideError });
}
