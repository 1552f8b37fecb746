import type { ListedAuditRecord } from '@tocsin/contracts';

/** Labels for the values in audit records. Unknown values, from a newer version, are shown unchanged. */
export const ACTIONS: Readonly<Record<string, string>> = {
  publish: 'Published',
  retract: 'Retracted',
  erase: 'Erased a feed',
  compose: 'Composed on this page',
  'put-back': 'Put back a set-aside record',
  delete: 'Deleted a set-aside record',
  'key-created': 'Created a key',
  'key-changed': 'Changed a key',
  'key-revoked': 'Revoked a key',
  'reader-revoked': 'Revoked a reader’s tokens',
  'reader-restored': 'Lifted a revocation',
  'internal-call': 'Called an internal port',
  call: 'Other call',
};

const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'Done',
  uncertain: 'Uncertain',
  invalid: 'Invalid',
  unauthorized: 'Not signed in',
  forbidden: 'Not permitted',
  forged: 'Forged',
};

const WAYS: Readonly<Record<string, string>> = {
  http: 'HTTP',
  invocation: 'Dapr invocation',
  topic: 'topic',
  ops: 'this page',
  cli: 'command line',
  secret: 'secret store',
};

const KINDS: Readonly<Record<string, string>> = {
  key: 'Key',
  reader: 'Reader',
  app: 'App',
  anonymous: 'Anonymous',
  operator: 'Operator',
  several: 'Several',
};

const SHOWN = 3;

const listed = (list: ListedAuditRecord['ids']): string => {
  if (!list) return '';
  const names = list.first.slice(0, SHOWN);
  const more = list.count - names.length;
  return `${names.join(', ')}${more > 0 ? `${names.length > 0 ? ' and ' : ''}${more} more` : ''}`;
};

export interface AuditLine {
  what: string;
  kind: string;
  name: string;
  via: string;
  feeds: string;
  ids: string;
  outcome: string;
  isRefused: boolean;
}

/** The texts of a record's row. */
export function auditLine({
  action,
  outcome,
  via,
  actor,
  requests,
  feeds,
  ids,
}: ListedAuditRecord): AuditLine {
  const times = requests > 1 ? ` × ${requests}` : '';
  return {
    what: `${ACTIONS[action] ?? action}${times}`,
    kind: KINDS[actor.kind] ?? actor.kind,
    name: actor.name ?? '',
    via: `${WAYS[via] ?? via}${actor.claimed ? ', name not verified' : ''}`,
    feeds: listed(feeds),
    ids: listed(ids),
    outcome: OUTCOMES[outcome] ?? outcome,
    isRefused: outcome !== 'done' && outcome !== 'uncertain',
  };
}
