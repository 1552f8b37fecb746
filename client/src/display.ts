import type { GoneReason, LivePublication, Publication } from '@tocsin/contracts';
import { RecentIds } from './recent-ids.ts';

/** So many ids of a feed are remembered as shown, and so many as gone. */
export const REMEMBERED_IDS = 2_000;

/**
 * Decides what is shown: an id once, also across epochs, and never after it was gone. It does not know offsets, so
 * it cannot hold up the position.
 */
export class Display {
  readonly #shown = new RecentIds(REMEMBERED_IDS);
  readonly #gone = new RecentIds(REMEMBERED_IDS);
  #publications = new Map<string, LivePublication>();
  #goneNow = new Map<GoneReason, string[]>();

  take(publication: Publication): void {
    if (publication.notification === null) {
      const { id, gone } = publication;
      this.#gone.add(id);
      this.#publications.delete(id);
      const ids = this.#goneNow.get(gone);
      if (ids) ids.push(id);
      else this.#goneNow.set(gone, [id]);
      return;
    }
    const { id } = publication.notification;
    if (this.#shown.has(id) || this.#gone.has(id)) return;
    this.#shown.add(id);
    this.#publications.set(id, publication);
  }

  /** What the publications taken since the last call change: what to show, in order, then what to take away. */
  flush(): { publications: LivePublication[]; gone: Map<GoneReason, string[]> } {
    const result = { publications: [...this.#publications.values()], gone: this.#goneNow };
    this.#publications = new Map();
    this.#goneNow = new Map();
    return result;
  }
}
