import { COMPONENTS, keyUseKey, keyUseSchema, type ApiKey } from '@tocsin/contracts';
import { Sidecar, SidecarError } from '@tocsin/service';
import { readSidecarConfig } from '../config.ts';
import { readSidecarNote } from '../start/instance/sidecar-file.ts';
import type { Uses } from './list-of-keys.ts';

/**
 * When each key was last used, according to the producer's state. Asks the sidecar on DAPR_HTTP_PORT, or the sidecar of
 * the `npm start` that uses this data folder. `undefined` if no sidecar responds.
 */
export async function lastUses(keys: readonly ApiKey[], dataDir: string): Promise<Uses | undefined> {
  const connection = whichSidecar(dataDir);
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

function whichSidecar(dataDir: string): { httpPort: number; token: string | undefined } | undefined {
  const { httpPort, token } = readSidecarConfig();
  if (httpPort !== undefined) return { httpPort, token };
  const note = readSidecarNote(dataDir);
  return note?.producerPort === undefined ? undefined : { httpPort: note.producerPort, token: note.token };
}
