/**
 * The feeds that each tab is subscribed to on the leader's connection. After a reconnect, a tab's earlier feeds stay
 * here until the tab subscribes again.
 */
export class Subscriptions {
  readonly #tabs = new Map<string, { session: number; feeds: Set<string> }>();

  get feeds(): Set<string> {
    return new Set([...this.#tabs.values()].flatMap(({ feeds }) => [...feeds]));
  }

  tabsOf(feed: string): string[] {
    return [...this.#tabs].filter(([, { feeds }]) => feeds.has(feed)).map(([tab]) => tab);
  }

  add(feed: string, tab: string, session: number): void {
    const known = this.#tabs.get(tab);
    if (known?.session === session) known.feeds.add(feed);
    else this.#tabs.set(tab, { session, feeds: new Set([feed]) });
  }

  remove(feed: string, tab: string): void {
    this.#tabs.get(tab)?.feeds.delete(feed);
  }

  /** Whether no tab is subscribed to the feed in the session. */
  isUnused(feed: string, session: number): boolean {
    return ![...this.#tabs.values()].some((tab) => tab.session === session && tab.feeds.has(feed));
  }

  /** Removes a tab. Returns the feeds that no longer have subscribers in the session. */
  leave(tab: string, session: number): string[] {
    const known = this.#tabs.get(tab);
    this.#tabs.delete(tab);
    if (known?.session !== session) return [];
    return [...known.feeds].filter((feed) => this.isUnused(feed, session));
  }
}
