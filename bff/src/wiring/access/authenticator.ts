import { REVOCATIONS_KEY, SECRETS } from '@tocsin/contracts';
import { RevocationList, WatchedSecret, type Logger } from '@tocsin/service';
import { allowAll, jwtAuthenticator, type Authenticator } from '../../auth/authenticator.ts';
import { JwksKeys } from '../../auth/jwks-keys.ts';
import { Revocations } from '../../auth/revocations.ts';
import { parseSecrets, secretKeys } from '../../auth/secret-keys.ts';
import type { Backend } from '../../backend.ts';
import type { BffConfig } from '../../config.ts';

const NEVER_EXPIRES = 0;
const KEY_SET_TIMEOUT_MS = 5_000;

export function createAuthenticator(
  config: BffConfig,
  backend: Pick<Backend, 'readSecret' | 'readers'>,
  log: Logger,
  now: () => number,
): Authenticator {
  if (config.AUTH_MODE === 'none') return allowAll;
  const rules = {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    clockSkewS: config.JWT_CLOCK_SKEW,
    maxAgeS: config.JWT_MAX_AGE || undefined,
    now,
  };
  const revocations = new Revocations({
    store: createRevocationList(config, backend.readers, now),
    onError: (err) => log.info({ err }, 'cannot read the revocations; retrying every second'),
  });
  const url = config.JWT_JWKS_URL;
  if (url !== undefined) {
    const keys = new JwksKeys({
      fetchKeySet: () => fetchKeySet(url),
      onError: (err) => log.warn({ err }, "cannot fetch the issuer's keys"),
    });
    return jwtAuthenticator({ ...rules, keys }, revocations, {
      ready: () => keys.ready(),
      stop: () => undefined,
    });
  }
  const secret = new WatchedSecret({
    read: () => backend.readSecret(SECRETS.jwt.name),
    parse: parseSecrets,
    what: 'the token secret',
    // At startup, the sidecar becomes ready after the application. /readyz reports persistent failures.
    onError: (err) => log.info({ err }, 'cannot read the token secret; retrying'),
  });
  const keys = secretKeys(() => secret.get());
  const ready = async () => void secret.get();
  return jwtAuthenticator({ ...rules, keys }, revocations, { ready, stop: () => secret.stop() });
}

function createRevocationList(
  { JWT_MAX_AGE, JWT_CLOCK_SKEW }: Pick<BffConfig, 'JWT_MAX_AGE' | 'JWT_CLOCK_SKEW'>,
  readers: Backend['readers'],
  now: () => number,
): RevocationList {
  return new RevocationList({
    document: {
      read: () => readers.read(REVOCATIONS_KEY),
      write: (value, etag) => readers.write(REVOCATIONS_KEY, value, etag, NEVER_EXPIRES),
    },
    // Clock skew can extend a token's life at both ends.
    tokenLifeMs: JWT_MAX_AGE > 0 ? (JWT_MAX_AGE + 2 * JWT_CLOCK_SKEW) * 1000 : undefined,
    now,
  });
}

async function fetchKeySet(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(KEY_SET_TIMEOUT_MS),
  });
  if (!response.ok)
    throw new Error(`Cannot fetch the issuer's keys: ${url} responded with ${response.status}.`);
  return response.json();
}
