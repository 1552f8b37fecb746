import type { SetAside } from '@tocsin/contracts';
import type { AuditNote } from '../audit/note.ts';
import { SetAsideError } from './new-entry.ts';

export type AuditCaller = Pick<AuditNote, 'actor' | 'via'>;

/**
 * Runs `change`, which puts a record back or deletes it. Notes the outcome in the audit trail: `done`, or `uncertain`
 * after an error other than SetAsideError. Settles like `change`.
 */
export async function noteSetAside(
  audit: { note(note: AuditNote): void },
  caller: AuditCaller,
  {
    action,
    record,
    change,
  }: { action: 'put-back' | 'delete'; record: SetAside; change: () => Promise<void> },
): Promise<void> {
  const note = (outcome: 'done' | 'uncertain') =>
    audit.note({ ...caller, action, outcome, ids: [record.entry], feeds: record.feed ? [record.feed] : [] });
  try {
    await change();
  } catch (error) {
    if (!(error instanceof SetAsideError)) note('uncertain');
    throw error;
  }
  note('done');
}
