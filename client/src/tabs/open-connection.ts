import { Connection } from '../connection/connection.ts';
import type { ClientConnection, Connect, TabHooks } from '../connection/connection-types.ts';
import type { NotificationClientOptions } from '../types.ts';
import { browserTabs, type TabPlatform } from './platform.ts';
import { TabConnection } from './tab-connection.ts';

/**
 * Opens a connection shared with other tabs if the platform supports it and `tabs` isn't false. Otherwise opens a
 * connection for this tab only.
 */
export function openConnection(
  options: NotificationClientOptions,
  random: () => number,
  hooks: TabHooks,
  platform: TabPlatform | undefined = browserTabs(),
  connect: Connect = (connectionOptions, connectionHooks) =>
    new Connection(connectionOptions, random, connectionHooks),
): ClientConnection {
  if (options.tabs === false || !platform) return connect(options, hooks);
  return new TabConnection({ options, hooks, platform, random, connect });
}
