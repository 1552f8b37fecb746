import type { GoneReason, LivePublication, Publication } from '@tocsin/contracts';
import { dropOldest } from './drop-oldest.ts';
import { RecentIds } from './recent-ids.ts';

/**
 * Maximum number of shown ids, of gone ids and of collapse keys that are remembered for a feed. Above the limit, the
 * oldest are forgotten.
 */
export const MAX_REMEMBERED = 2_000;

/**
 * Decides which publications to show. Shows each id at most once across all epochs, and never after it is gone. Of the
 * publications with the same collapse key, shows only the newest. Offsets play no role here: the position advances past
 * a publication even if it is hidden.
 */
export class Display {
  readonly #shown = new RecentIds(MAX_REMEMBERED);
  readonly #gone = new RecentIds(MAX_REMEMBERED);
  readonly #newest = new Map<string, string>();
  #publications = new Map<string, LivePublication>();
  #goneNow = new Map<GoneReason, string[]>();

  add(publication: Publication): void {
    const { replaces } = publication;
    if (replaces !== undefined && !this.#gone.has(replaces)) this.remove(replaces, 'replaced');
    if (publication.notification === null) {
      return this.remove(publication.id, publication.gone);
    }
    const { id, collapseKey } = publication.notification;
    if (this.#shown.has(id) || this.#gone.has(id)) return;
    this.#shown.add(id);
    this.#publications.set(id, publication);
    if (collapseKey !== undefined) this.#replace(collapseKey, id);
  }

  /** Called when the feed has been erased. An id that was shown before can now belong to a new notification. */
  forget(): void {
    for (const ids of [this.#shown, this.#gone, this.#newest]) ids.clear();
  }

  remove(id: string, reason: GoneReason): void {
    this.#gone.add(id);
    this.#publications.delete(id);
    const ids = this.#goneNow.get(reason);
    if (ids) ids.push(id);
    else this.#goneNow.set(reason, [id]);
  }

  #replace(collapseKey: string, id: string): void {
    const older = this.#newest.get(collapseKey);
    if (older !== undefined && !this.#gone.has(older)) this.remove(older, 'replaced');
    this.#newest.delete(collapseKey);
    this.#newest.set(collapseKey, id);
    dropOldest(this.#newest, MAX_REMEMBERED);
  }

  /**
   * Returns the combined effect of all changes since the last call: the publications to show, in order, and the ids to
   * remove.
   */
  flush(): { publications: LivePublication[]; gone: Map<GoneReason, string[]> } {
    const result = { publications: [...this.#publications.values()], gone: this.#goneNow };
    this.#publications = new Map();
    this.#goneNow = new Map();
    return result;
  }
}
