/**
 * The feeds that each tab is subscribed to on the leader's connection. After a reconnect, each tab keeps its earlier
 * feeds here until it subscribes again.
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

  /** Returns whether this tab was the feed's last subscriber in the session. */
  remove(feed: string, tab: string, session: number): boolean {
    const known = this.#tabs.get(tab);
    if (!known?.feeds.delete(feed) || known.session !== session) return false;
    return ![...this.#tabs.values()].some((other) => other.session === session && other.feeds.has(feed));
  }

  /** Removes a tab. Returns the feeds that no longer have subscribers in the session. */
  leave(tab: string, session: number): string[] {
    const feeds = [...(this.#tabs.get(tab)?.feeds ?? [])];
    const unused = feeds.filter((feed) => this.remove(feed, tab, session));
    this.#tabs.delete(tab);
    return unused;
  }
}
