import { randomBytes } from 'node:crypto';
import { COMPONENTS, DOCUMENT_VERSION, SECRETS } from '@tocsin/contracts';
import { ABSENT, undefinedIfMissing, type Logger, type Sidecar } from '@tocsin/service';
import { z } from 'zod';

const SECRET_BYTES = 48;
const KEY = 'internal-secret';
const sharedSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), secret: z.string() });

/**
 * Reads the secret that instances use to sign messages: `internal` in the secret store, or else a secret that the first
 * instance generates and shares through the state store. Either way, unsigned calls are never accepted.
 */
export function createReadInternalSecret(sidecar: Sidecar, log: Logger): () => Promise<string> {
  let isLogged = false;
  return async () => {
    const configured = await readConfigured(sidecar);
    if (configured !== undefined) return configured;
    const shared = await readOrCreateShared(sidecar);
    if (!isLogged)
      log.info(
        `no "${SECRETS.internal.name}" secret in ${SECRETS.internal.store}; using one that the instances share in the state store`,
      );
    isLogged = true;
    return shared;
  };
}

function readConfigured(sidecar: Sidecar): Promise<string | undefined> {
  const { store, name } = SECRETS.internal;
  return sidecar.getSecret(store, name).catch(undefinedIfMissing);
}

async function readOrCreateShared(sidecar: Sidecar): Promise<string> {
  const existing = await readShared(sidecar);
  if (existing !== undefined) return existing;
  const value = { v: DOCUMENT_VERSION, secret: randomBytes(SECRET_BYTES).toString('base64url') };
  try {
    // If multiple instances try, the first write wins.
    await sidecar.transact(COMPONENTS.state, [{ operation: 'upsert', key: KEY, value, etag: ABSENT }]);
    return value.secret;
  } catch (error) {
    const created = await readShared(sidecar);
    if (created === undefined) throw error;
    return created;
  }
}

async function readShared(sidecar: Sidecar): Promise<string | undefined> {
  const stored = await sidecar.getState(COMPONENTS.state, KEY);
  return stored && sharedSchema.parse(stored.value).secret;
}
