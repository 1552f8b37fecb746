import { createClient } from 'redis';

export interface AuditClientOptions {
  /** host:port */
  redisHost: string;
  username?: string | undefined;
  password?: string | undefined;
}

const TIMEOUT_MS = 5_000;

/**
 * A connection for reading the audit trail, opened at the first use and reopened after it was lost. `get` rejects if
 * Redis does not answer. A connection that is silent for 5 s is closed, which rejects its commands.
 */
export function auditClient({ redisHost, username, password }: AuditClientOptions) {
  const [host = 'localhost', port = '6379'] = redisHost.split(':');
  let opened: Promise<ReturnType<typeof create>> | undefined;
  const create = () =>
    createClient({
      socket: {
        ...{ host, port: Number(port), reconnectStrategy: false as const },
        ...{ connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
      },
      ...(username && { username }),
      ...(password && { password }),
      disableOfflineQueue: true,
      pingInterval: TIMEOUT_MS / 5,
    });
  async function open() {
    const client = create();
    // Without a listener, an error would end the process. Running commands reject with the error.
    client.on('error', () => {
      opened = undefined;
      if (client.isOpen) client.destroy();
    });
    await client.connect();
    return client;
  }
  return {
    get: () =>
      (opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      })),
    async close(): Promise<void> {
      const client = await opened?.catch(() => undefined);
      opened = undefined;
      if (client?.isOpen) client.destroy();
    },
  };
}
