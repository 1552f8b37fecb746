import type { AuditNote } from './note.ts';

/** The actor of a change, and the entry point that the actor uses (`via`). */
export type AuditCaller = Pick<AuditNote, 'actor' | 'via'>;

/** A change to run. `isRefusal` tells whether an error means that nothing was changed. */
export interface AuditedChange<T> {
  change: () => Promise<T>;
  isRefusal: (error: unknown) => boolean;
}

/**
 * Runs `change` and notes its outcome in the audit trail: `done`, or `uncertain` after an error that isn't a refusal.
 * Notes nothing after a refusal, or if `change` resolves with false: in both cases, nothing was changed. Resolves or
 * rejects as `change` does.
 */
export async function noteChange<T>(
  audit: { note(note: AuditNote): void },
  about: Omit<AuditNote, 'outcome'>,
  { change, isRefusal }: AuditedChange<T>,
): Promise<T> {
  let result: T;
  try {
    result = await change();
  } catch (error) {
    if (!isRefusal(error)) audit.note({ ...about, outcome: 'uncertain' });
    throw error;
  }
  if (result !== false) audit.note({ ...about, outcome: 'done' });
  return result;
}
