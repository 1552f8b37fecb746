import type { AuditAction, AuditActorKind, AuditOutcome, AuditStream, AuditVia } from '@tocsin/contracts';

export interface AuditActor {
  kind: AuditActorKind;
  name?: string | undefined;
  claimed?: true;
}

/** An attempted action to note in the audit trail. It must not contain notification content. */
export interface AuditNote {
  action: AuditAction;
  outcome: AuditOutcome;
  via: AuditVia;
  actor: AuditActor;
  /** Feeds that the attempt changed or would have changed. Can be unsorted and contain duplicates. */
  feeds?: readonly string[] | undefined;
  ids?: readonly string[] | undefined;
}

const REFUSALS: ReadonlySet<AuditOutcome> = new Set(['invalid', 'unauthorized', 'forbidden', 'forged']);
const FREQUENT: ReadonlySet<AuditAction> = new Set(['publish', 'retract']);

/**
 * Chooses the stream for an attempt. Frequent and rejected attempts have separate streams so that rare attempts aren't
 * crowded out.
 */
export const streamOf = ({ action, outcome }: Pick<AuditNote, 'action' | 'outcome'>): AuditStream => {
  if (REFUSALS.has(outcome)) return 'refusals';
  return FREQUENT.has(action) ? 'publications' : 'acts';
};
