/** Which tabs have subscribed to which feeds on one session. */
export class Wants {
  readonly #tabs = new Map<string, Set<string>>();

  add(feed: string, tab: string): void {
    const tabs = this.#tabs.get(feed);
    if (tabs) tabs.add(tab);
    else this.#tabs.set(feed, new Set([tab]));
  }

  /** Returns whether the feed was wanted by this tab and now is by none. */
  remove(feed: string, tab: string): boolean {
    const tabs = this.#tabs.get(feed);
    if (!tabs?.delete(tab) || tabs.size > 0) return false;
    return this.#tabs.delete(feed);
  }

  /** Removes all that a tab wants; returns the feeds that nobody wants any more. */
  leave(tab: string): string[] {
    return [...this.#tabs.keys()].filter((feed) => this.remove(feed, tab));
  }

  clear(): void {
    this.#tabs.clear();
  }
}
