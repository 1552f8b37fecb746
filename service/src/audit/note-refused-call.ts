import type { Refusal } from '../security/refusals.ts';
import type { AuditNote } from './note.ts';

/**
 * Records a rejected call to the internal port. The caller is unknown, so the actor is anonymous. `ids` contains the
 * reason for the rejection.
 */
export const noteRefusedCall = (audit: { note(note: AuditNote): void }, reason: Refusal): void =>
  audit.note({
    ...{ action: 'internal-call', outcome: 'forged', via: 'invocation', actor: { kind: 'anonymous' } },
    ids: [reason],
  });
