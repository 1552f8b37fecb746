import { openOnce, type RedisClient, type RedisTarget } from '@tocsin/service/redis';

const TIMEOUT_MS = 5_000;

/**
 * Creates a connection for reading the audit trail. It is opened on first use and reopened if lost. `get` rejects if
 * the connection can't be opened. If Redis sends nothing for 5 s, the connection is closed, and pending commands
 * reject.
 */
export function auditClient(target: RedisTarget) {
  let opened: Promise<RedisClient> | undefined;
  const forget = (): void => {
    opened = undefined;
  };
  const open = () =>
    openOnce(
      target,
      {
        ...{ connectTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, pingInterval: TIMEOUT_MS / 5 },
        disableOfflineQueue: true,
      },
      forget,
    );
  return {
    get: () =>
      (opened ??= open().catch((error: unknown) => {
        forget();
        throw error;
      })),
    async close(): Promise<void> {
      const client = await opened?.catch(() => undefined);
      forget();
      if (client?.isOpen) client.destroy();
    },
  };
}
