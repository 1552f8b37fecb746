import type { Refusal } from '../security/refusals.ts';
import type { AuditNote } from './note.ts';

/** Notes a call of an internal port that is not from our own, with the reason in place of ids; of its caller nothing is known. */
export const noteRefusedCall = (audit: { note(note: AuditNote): void }, reason: Refusal): void =>
  audit.note({
    ...{ action: 'internal-call', outcome: 'forged', via: 'invocation', actor: { kind: 'anonymous' } },
    ids: [reason],
  });
