import { MAX_AUDIT_FEEDS_COUNTED } from '@tocsin/contracts';
import type { AuditNote } from './note.ts';

/** Maximum number of groups (actor and action). Further attempts are summed under the actor `several`. */
const MAX_GROUPS = 64;
/** Maximum number of named ids, because a record has no room for more. */
const MAX_NAMED = 16;

/** Attempts of one actor that will become one record. */
export interface Gathered {
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
 * Collects the attempts of one stream in limited memory until their records are written. The first `singles` attempts
 * of an actor become separate records. All further attempts are summed in the last of these records.
 */
export class Gathering {
  readonly #singles: number;
  #groups = new Map<string, Gathered[]>();
  /** Time of the first attempt in ms; `undefined` while empty. */
  since: number | undefined;

  constructor(singles: number) {
    this.#singles = singles;
  }

  add(note: AuditNote, at: number, traceId: string | undefined): void {
    this.since ??= at;
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

  /** Removes and returns all groups, ordered by their first attempts. */
  take(): Gathered[] {
    const all = [...this.#groups.values()].flat().sort((a, b) => a.from - b.from);
    this.#groups = new Map();
    this.since = undefined;
    return all;
  }

  #groupOf({ action, outcome, via, actor }: AuditNote): { list: Gathered[]; actor: AuditNote['actor'] } {
    const what = `${action} ${outcome} ${via} `;
    const key = `${what}${actor.kind} ${actor.claimed ?? ''} ${actor.name ?? ''}`;
    const known = this.#groups.get(key);
    if (known) return { list: known, actor };
    const several = this.#groups.size >= MAX_GROUPS;
    const list = (several && this.#groups.get(what)) || [];
    this.#groups.set(several ? what : key, list);
    return { list, actor: several ? { kind: 'several' } : actor };
  }
}
