import { MAX_AUDIT_FEEDS_COUNTED } from '@tocsin/contracts';
import type { AuditNote } from './note.ts';

/**
 * Maximum number of groups, which limits memory. Once there are this many, attempts that need a new group are combined
 * under the actor kind `several`.
 */
const MAX_GROUPS = 64;
/** Maximum number of ids to keep in a group, since a record lists no more. */
const MAX_NAMED = 16;

/** Attempts that become one record: the same action by the same actor (or by `several`). */
export interface AttemptGroup {
  note: Pick<AuditNote, 'action' | 'outcome' | 'via' | 'actor'>;
  from: number;
  until: number;
  requests: number;
  feeds: Set<string>;
  ids: string[];
  idCount: number;
  traceId: string | undefined;
}

/**
 * Collects a stream's attempts in limited memory until the records are built. Each actor's first `singles` attempts at
 * an action get separate records. Later attempts are counted in the last of these records.
 */
export class AttemptCollector {
  readonly #singles: number;
  #groups = new Map<string, AttemptGroup[]>();
  /** `performance.now()` at the first attempt, or `undefined` before the first attempt. */
  since: number | undefined;

  constructor(singles: number) {
    this.#singles = singles;
  }

  add(note: AuditNote, at: number, traceId: string | undefined): void {
    this.since ??= performance.now();
    const group = this.#groupOf(note);
    let last = group.list.at(-1);
    if (!last || group.list.length < this.#singles) {
      const { action, outcome, via } = note;
      last = {
        note: { action, outcome, via, actor: group.actor },
        ...{ from: at, until: at, requests: 0, traceId },
        ...{ feeds: new Set(), ids: [], idCount: 0 },
      };
      group.list.push(last);
    }
    last.until = at;
    last.requests++;
    for (const feed of note.feeds ?? []) {
      if (last.feeds.size >= MAX_AUDIT_FEEDS_COUNTED) break;
      last.feeds.add(feed);
    }
    const ids = note.ids ?? [];
    last.idCount += ids.length;
    if (last.ids.length < MAX_NAMED) last.ids.push(...ids.slice(0, MAX_NAMED - last.ids.length));
  }

  /** Removes and returns all groups, ordered by first attempt. */
  take(): AttemptGroup[] {
    const all = [...this.#groups.values()].flat().sort((a, b) => a.from - b.from);
    this.#groups = new Map();
    this.since = undefined;
    return all;
  }

  #groupOf({ action, outcome, via, actor }: AuditNote): { list: AttemptGroup[]; actor: AuditNote['actor'] } {
    const groupPrefix = `${action} ${outcome} ${via} `;
    const key = `${groupPrefix}${actor.kind} ${actor.claimed ?? ''} ${actor.name ?? ''}`;
    const existing = this.#groups.get(key);
    if (existing) return { list: existing, actor };
    const isFull = this.#groups.size >= MAX_GROUPS;
    const list = (isFull && this.#groups.get(groupPrefix)) || [];
    this.#groups.set(isFull ? groupPrefix : key, list);
    return { list, actor: isFull ? { kind: 'several' } : actor };
  }
}
