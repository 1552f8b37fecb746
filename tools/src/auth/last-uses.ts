import { COMPONENTS, keyUseKey, keyUseSchema, type ApiKey } from '@tocsin/contracts';
import { Sidecar, SidecarError } from '@tocsin/service';
import { readSidecarConfig } from '../config.ts';
import { readSidecarInfo } from '../start/instance/sidecar-file.ts';
import type { KeyUses } from './key-table.ts';

/**
 * Reads from the producer's state when each key was last used. Asks the sidecar on DAPR_HTTP_PORT, or the producer's
 * sidecar of the `npm start` that uses this data folder. Resolves with `undefined` if no sidecar responds.
 */
export async function lastUses(keys: readonly ApiKey[], dataDir: string): Promise<KeyUses | undefined> {
  const connection = findSidecar(dataDir);
  if (!connection) return undefined;
  const sidecar = new Sidecar({ ...connection, timeoutMs: 5_000 });
  try {
    const documents = await sidecar.getStates(
      COMPONENTS.state,
      keys.map(({ hash }) => keyUseKey(hash)),
    );
    const uses = new Map<string, string>();
    for (const [index, { hash }] of keys.entries()) {
      const use = keyUseSchema.safeParse(documents[index]);
      if (use.success) uses.set(hash, use.data.usedAt);
    }
    return uses;
  } catch (error) {
    if (error instanceof SidecarError) return undefined;
    throw error;
  } finally {
    await sidecar.close();
  }
}

function findSidecar(dataDir: string): { httpPort: number; token: string | undefined } | undefined {
  const { httpPort, token } = readSidecarConfig();
  if (httpPort !== undefined) return { httpPort, token };
  const info = readSidecarInfo(dataDir);
  return info?.producerPort === undefined ? undefined : { httpPort: info.producerPort, token: info.token };
}
