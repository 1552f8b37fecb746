import type { ListedAuditRecord } from '@tocsin/contracts';
import type { OpsMessages } from '../messages/messages.ts';

const MAX_SHOWN = 3;

function formatList(list: ListedAuditRecord['ids'], texts: OpsMessages['audit']): string {
  if (!list) return '';
  const names = list.first.slice(0, MAX_SHOWN);
  const more = list.count - names.length;
  return more > 0 ? texts.more(names.join(', '), more) : names.join(', ');
}

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

/** Returns the text for a record's row. Unknown words are shown unchanged. */
export function auditLine(
  { action, outcome, via, actor, requests, feeds, ids }: ListedAuditRecord,
  texts: OpsMessages['audit'],
): AuditLine {
  const times = requests > 1 ? ` × ${requests}` : '';
  const way = texts.ways[via] ?? via;
  return {
    what: `${texts.actions[action] ?? action}${times}`,
    kind: texts.kinds[actor.kind] ?? actor.kind,
    name: actor.name ?? '',
    via: actor.claimed ? texts.notVerified(way) : way,
    feeds: formatList(feeds, texts),
    ids: formatList(ids, texts),
    outcome: texts.outcomes[outcome] ?? outcome,
    isRefused: outcome !== 'done' && outcome !== 'uncertain',
  };
}
