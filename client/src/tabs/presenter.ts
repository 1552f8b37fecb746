import type { Front } from './platform.ts';

const UNKNOWN: Front = { degree: 0, since: 0 };

/**
 * Decides which tab may show toasts: the focused tab, otherwise the visible tab that was shown last, otherwise the
 * leader.
 */
export class Presenter {
  readonly #leader: string;
  readonly #tabs = new Map<string, Front>();

  /** The tab `previous` may show toasts until it is hidden or gone, or until another tab reports that it is visible. */
  constructor(leader: string, previous: string | undefined) {
    this.#leader = leader;
    if (previous !== undefined) this.#tabs.set(previous, { degree: 1, since: 0 });
  }

  /**
   * Chooses one of `tabs`, or one of all tabs if `tabs` is empty. If `tabs` doesn't include the leader, the chosen tab
   * can be hidden.
   */
  choose(tabs: readonly string[] = []): string {
    const candidates = tabs.length > 0 ? tabs : [this.#leader, ...this.#tabs.keys()];
    return candidates.reduce((best, id) => (this.#compare(id, best) > 0 ? id : best));
  }

  #compare(id: string, other: string): number {
    const [a, b] = [id, other].map((tab) => this.#tabs.get(tab) ?? UNKNOWN) as [Front, Front];
    if (a.degree === 0 && b.degree === 0 && [id, other].includes(this.#leader))
      return id === this.#leader ? 1 : -1;
    return a.degree - b.degree || a.since - b.since || (id > other ? 1 : -1);
  }

  update(id: string, front: Front): void {
    this.#tabs.set(id, front);
  }

  remove(id: string): void {
    this.#tabs.delete(id);
  }
}
