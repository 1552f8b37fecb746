import { clientAt, type ClientOptions, type RedisClient } from './client.ts';
import { addressText, type RedisAddress, type RedisTarget } from './target.ts';

/** Thrown if no Sentinel monitors a master with the configured name. */
export class UnknownMasterError extends Error {
  override name = 'UnknownMasterError';
  readonly code = 'unknown_master';
  /** Names of the masters that the Sentinel monitors. */
  readonly known: readonly string[];
  constructor(master: string, known: readonly string[]) {
    super(`the Sentinels monitor no master named ${master}`);
    this.known = known;
  }
}

const TIMEOUT_MS = 2_000;
const OPTIONS: ClientOptions = {
  connectTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
  reconnectStrategy: false,
  disableOfflineQueue: true,
};

/**
 * Asks the Sentinels, one after the other, for the master's address. Opens a new connection to each Sentinel, and stops
 * at the first one that reports an address.
 * @throws UnknownMasterError if a Sentinel replies that it has no such master, otherwise the last Sentinel's error
 */
export async function findMaster(target: RedisTarget): Promise<RedisAddress> {
  const { sentinel, addresses, tls } = target;
  if (!sentinel) throw new Error('this Redis target has no Sentinels');
  let fault: unknown;
  for (const address of addresses) {
    const client = clientAt(address, { tls, ...sentinel }, OPTIONS);
    // Without a listener, an error event would crash the process. The calls below reject with the same error anyway.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await querySentinel(client, sentinel.master);
    } catch (error) {
      // A reply that the name is unknown is more useful than a connection error.
      if (!(fault instanceof UnknownMasterError)) fault = error;
    } finally {
      if (client.isOpen) client.destroy();
    }
  }
  if (fault instanceof Error && !(fault instanceof UnknownMasterError))
    fault.message = `${fault.message} (Sentinels ${addresses.map(addressText).join(', ')})`;
  throw fault;
}

async function querySentinel(client: RedisClient, master: string): Promise<RedisAddress> {
  const at = await client.sendCommand<string[] | null>(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master]);
  if (at) return { host: at[0] ?? '', port: Number(at[1]) };
  const masters = await client.sendCommand<string[][]>(['SENTINEL', 'MASTERS']);
  throw new UnknownMasterError(
    master,
    masters.map((fields) => fields[fields.indexOf('name') + 1] ?? ''),
  );
}
