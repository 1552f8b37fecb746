import { readFile } from 'node:fs/promises';
import { SECRETS } from '@tocsin/contracts';
import {
  Signer,
  WatchedSecret,
  parseSigningKeys,
  undefinedIfMissing,
  type AuditTrail,
  type Logger,
  type SigningKeys,
} from '@tocsin/service';
import { Callers, parseApiKeys } from './auth/callers.ts';
import { KeyUses } from './auth/key-uses.ts';
import { KeyWatch } from './auth/key-watch.ts';
import type { Backend } from './backend.ts';
import type { ProducerConfig } from './config.ts';

const KEYS_FILE_EVERY_MS = 1_000;
const KEYS_SECRET_EVERY_MS = 30_000;

export interface AccessOptions {
  config: Pick<ProducerConfig, 'API_KEYS_FILE'>;
  backend: Pick<Backend, 'knownKeys' | 'keyUses' | 'readSecret'>;
  trail: Pick<AuditTrail, 'note'>;
  log: Logger;
}

/** Authorizes publishers: callers with an API key, and the bff, which signs every call. */
export interface Access {
  callers: Callers;
  signer: Signer;
  /** Stops reading the secrets. Resolves after a last attempt to store when each key was last used. */
  stop(): Promise<void>;
}

/** Reads the API keys and the `internal` secret at intervals until stopped. */
export function createAccess({ config, backend, trail, log }: AccessOptions): Access {
  const now = () => Date.now();
  const keys = watchKeys({ config, backend, trail, log });
  const uses = new KeyUses({
    store: backend.keyUses,
    now,
    onFailure: (err) => log.info({ err }, 'cannot store the last use of API keys; retrying'),
  });
  const internal = new WatchedSecret({
    read: () => backend.readSecret(SECRETS.internalOfProducer.name),
    parse: parseSigningKeys,
    what: 'the "internal" secret, which signs calls from the bff',
    onError: (err) =>
      log.info({ err }, 'cannot read the "internal" secret, so calls from the bff fail; retrying'),
  });
  return {
    callers: new Callers({ keys: () => keys.get(), now, onUse: (key) => uses.note(key) }),
    signer: new Signer(() => internal.get()),
    stop: () => {
      keys.stop();
      internal.stop();
      return uses.stop();
    },
  };
}

/**
 * Returns a function for a producer without API keys. The function reads the `internal` secret, and resolves with a
 * signer that checks the bff's signatures, or with `undefined` if there is no such secret. It rejects if the secret is
 * invalid or can't be read.
 */
export function createOptionalSigner({
  readSecret,
}: Pick<Backend, 'readSecret'>): () => Promise<Signer | undefined> {
  let keys: SigningKeys;
  const signer = new Signer(() => keys);
  return async () => {
    const secret = await readSecret(SECRETS.internalOfProducer.name).catch(undefinedIfMissing);
    if (secret === undefined) return undefined;
    keys = parseSigningKeys(secret);
    return signer;
  };
}

/** Watches the API key records in the key file or the secret store, and audits changes. */
function watchKeys({ config: { API_KEYS_FILE: file }, backend, trail, log }: AccessOptions) {
  const keyWatch = new KeyWatch({
    store: backend.knownKeys,
    onChange: ({ action, name }) =>
      trail.note({ action, outcome: 'done', via: 'secret', actor: { kind: 'operator' }, ids: [name] }),
    onError: (err) => log.warn({ err }, 'cannot record changes to API keys; retrying'),
  });
  return new WatchedSecret({
    read: () => (file === undefined ? backend.readSecret(SECRETS.apiKeys.name) : readFile(file, 'utf8')),
    parse: (text) => keyWatch.track(parseApiKeys(text)),
    what: 'the secret with the API keys',
    // The sidecar starts after the application, so the first failures are expected. If they persist, /readyz reports
    // them.
    onError: (err) => log.info({ err }, 'cannot read the API keys; retrying'),
    everyMs: file === undefined ? KEYS_SECRET_EVERY_MS : KEYS_FILE_EVERY_MS,
  });
}
