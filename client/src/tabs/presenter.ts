import type { Front } from './platform.ts';

/** Decides which tab presents: the focused tab, otherwise the most recently shown visible tab, otherwise the leader. */
export class Presenter {
  readonly #leader: string;
  readonly #tabs = new Map<string, Front>();

  /** `previous` keeps presenting until another tab reports that it's visible, or `previous` is hidden or gone. */
  constructor(leader: string, previous: string | undefined) {
    this.#leader = leader;
    if (previous !== undefined) this.#tabs.set(previous, { degree: 1, since: 0 });
  }

  get id(): string {
    let best: { id: string; front: Front } | undefined;
    for (const [id, front] of this.#tabs) {
      if (front.degree === 0) continue;
      const order = best
        ? front.degree - best.front.degree || front.since - best.front.since || (id > best.id ? 1 : -1)
        : 1;
      if (order > 0) best = { id, front };
    }
    return best?.id ?? this.#leader;
  }

  update(id: string, front: Front): void {
    this.#tabs.set(id, front);
  }

  remove(id: string): void {
    this.#tabs.delete(id);
  }
}
