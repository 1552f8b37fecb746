/** The feeds that each tab is subscribed to on the leader's current connection. */
export class Subscriptions {
  readonly #tabs = new Map<string, Set<string>>();

  add(feed: string, tab: string): void {
    const tabs = this.#tabs.get(feed);
    if (tabs) tabs.add(tab);
    else this.#tabs.set(feed, new Set([tab]));
  }

  /** Returns whether this tab was the last subscriber of the feed. */
  remove(feed: string, tab: string): boolean {
    const tabs = this.#tabs.get(feed);
    if (!tabs?.delete(tab) || tabs.size > 0) return false;
    return this.#tabs.delete(feed);
  }

  /** Removes a tab. Returns the feeds that no longer have subscribers. */
  leave(tab: string): string[] {
    return [...this.#tabs.keys()].filter((feed) => this.remove(feed, tab));
  }

  clear(): void {
    this.#tabs.clear();
  }
}
