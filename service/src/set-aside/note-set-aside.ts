import type { SetAside } from '@tocsin/contracts';
import { DeadLetterError } from './entry-again.ts';
import type { AuditNote } from '../audit/note.ts';

/** Who acts, and by which way. */
export type AuditWho = Pick<AuditNote, 'actor' | 'via'>;

/**
 * Puts one back or deletes it by `change`, and notes that it was done, or after another error than a DeadLetterError
 * that it may have been. Ends as `change` does.
 */
export async function noteDeadLetter(
  audit: { note(note: AuditNote): void },
  who: AuditWho,
  {
    action,
    record,
    change,
  }: { action: 'put-back' | 'delete'; record: SetAside; change: () => Promise<void> },
): Promise<void> {
  const note = (outcome: 'done' | 'uncertain') =>
    audit.note({ ...who, action, outcome, ids: [record.entry], feeds: record.feed ? [record.feed] : [] });
  try {
    await change();
  } catch (error) {
    if (!(error instanceof DeadLetterError)) note('uncertain');
    throw error;
  }
  note('done');
}
