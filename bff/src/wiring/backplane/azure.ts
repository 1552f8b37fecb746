import { SECRETS } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { ConfigError, type Logger } from '@tocsin/service';
import type { Backend } from '../../backend.ts';
import { AzureSockets } from '../../socketio/azure/azure-sockets.ts';
import { parseAzureConnectionString } from '../../socketio/azure/connection-string.ts';

const { store, name } = SECRETS.azure;
const REMEDY =
  `Add the Web PubSub for Socket.IO connection string (Azure portal, Keys) to the ${store} secret store ` +
  `as ${name}, or set BROADCASTER to redis.`;

/** Time limit for a sidecar to respond if it starts at the same time as the application (ms). */
const SIDECAR_START_MS = 30_000;
const RETRY_MS = 500;

/**
 * Creates Azure's sockets with the connection string from the secret store.
 * @throws ConfigError with instructions if it is missing or invalid
 */
export async function createAzureSockets(
  backend: Pick<Backend, 'readSecret'>,
  log: Logger,
  timeoutMs = SIDECAR_START_MS,
): Promise<AzureSockets> {
  const text = await readSecret(backend, Date.now() + timeoutMs);
  if (!text) throw new ConfigError(`BROADCASTER is azure, but there is no connection string. ${REMEDY}`);
  try {
    return new AzureSockets(parseAzureConnectionString(text), log);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`BROADCASTER is azure, but its connection string is invalid: ${why}. ${REMEDY}`);
  }
}

async function readSecret(backend: Pick<Backend, 'readSecret'>, end: number): Promise<string | undefined> {
  for (;;) {
    try {
      return await backend.readSecret(name);
    } catch (error) {
      if (Date.now() > end) {
        const why = error instanceof Error ? error.message : String(error);
        throw new ConfigError(`BROADCASTER is azure, but ${store} cannot be read: ${why} Start the sidecar.`);
      }
      await pause(RETRY_MS);
    }
  }
}
