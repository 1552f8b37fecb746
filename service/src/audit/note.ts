import type { AuditAction, AuditActorKind, AuditOutcome, AuditStream, AuditVia } from '@tocsin/contracts';

export interface AuditActor {
  kind: AuditActorKind;
  name?: string | undefined;
  claimed?: true;
}

/** One attempt, as those who see it tell it to the trail. Never hand it content. */
export interface AuditNote {
  action: AuditAction;
  outcome: AuditOutcome;
  via: AuditVia;
  actor: AuditActor;
  /** Feeds that it changed or would have changed, in any order, some perhaps repeated. */
  feeds?: readonly string[] | undefined;
  ids?: readonly string[] | undefined;
}

const REFUSALS: ReadonlySet<AuditOutcome> = new Set(['invalid', 'unauthorized', 'forbidden', 'forged']);
const FREQUENT: ReadonlySet<AuditAction> = new Set(['publish', 'retract']);

/** The stream in which an attempt is kept, so that what is frequent or refused pushes out nothing that is rare. */
export const streamOf = ({ action, outcome }: Pick<AuditNote, 'action' | 'outcome'>): AuditStream => {
  if (REFUSALS.has(outcome)) return 'refusals';
  return FREQUENT.has(action) ? 'publications' : 'acts';
};
