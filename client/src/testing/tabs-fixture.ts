import { createClient } from '../client.ts';
import { openConnection } from '../tabs/open-connection.ts';
import type { ClientStatus, NotificationClient, NotificationClientOptions, Subscription } from '../types.ts';
import { FakeBrowser, type FakeTab } from './fake-browser.ts';
import { FakeServer } from './fake-server.ts';

/** For tests only. A tab with a client that records all notifications it has shown. */
export class TabWithClient {
  readonly tab: FakeTab;
  readonly client: NotificationClient;
  readonly shown = new Map<string, string[]>();
  /** The pushed notifications that arrived while this tab was allowed to show their feed's toasts. */
  readonly presented: string[] = [];
  readonly statuses: ClientStatus[] = [];
  readonly errors: string[] = [];
  readonly #subscriptions = new Map<string, Subscription>();

  /** Calls `onConnect` with each connection's options. */
  constructor(
    tab: FakeTab,
    server: FakeServer,
    options: Partial<NotificationClientOptions>,
    onConnect: (options: NotificationClientOptions) => void,
  ) {
    this.tab = tab;
    this.client = createClient({ url: '', ...options }, (clientOptions, random, hooks) =>
      openConnection(clientOptions, random, hooks, tab, (connectionOptions, connectionHooks) => {
        onConnect(connectionOptions);
        return server.connect(tab, connectionHooks, connectionOptions.getToken);
      }),
    );
    this.client.on('status', (status) => this.statuses.push(status));
    this.client.on('error', ({ message }) => this.errors.push(message));
  }

  get feeds(): string[] {
    return [...this.shown.keys()];
  }

  subscribe(feed: string): void {
    const ids: string[] = [];
    this.shown.set(feed, ids);
    const onPublications = (
      publications: { notification: { id: string } }[],
      { delivery }: { delivery: string },
    ) => {
      for (const { notification } of publications) {
        ids.push(notification.id);
        if (delivery === 'live' && this.#subscriptions.get(feed)?.presenting)
          this.presented.push(notification.id);
      }
    };
    const position = { epoch: 'e', offset: 0 };
    this.#subscriptions.set(feed, this.client.subscribe(feed, { onPublications }, { position }));
  }

  unsubscribe(feed: string): void {
    this.#subscriptions.get(feed)?.close();
  }

  /** Closes the tab. With `killed`, the tab ends without sending a last message. */
  close({ killed = false } = {}): void {
    if (killed) this.tab.kill();
    this.client.close();
    if (!killed) this.tab.kill();
  }
}

/** For tests only. A browser, a server, and tabs with clients. */
export class TabsFixture {
  readonly browser = new FakeBrowser();
  readonly server = new FakeServer();
  readonly tabs: TabWithClient[] = [];

  open(
    feeds: readonly string[],
    options: Partial<NotificationClientOptions> = {},
    onConnect: (options: NotificationClientOptions) => void = () => undefined,
  ): TabWithClient {
    const tab = new TabWithClient(this.browser.open(), this.server, options, onConnect);
    this.tabs.push(tab);
    for (const feed of feeds) tab.subscribe(feed);
    return tab;
  }

  get openTabs(): TabWithClient[] {
    return this.tabs.filter(({ tab }) => tab.state !== 'gone');
  }

  close(): void {
    for (const tab of this.openTabs) tab.close({ killed: true });
    this.server.close();
  }
}
