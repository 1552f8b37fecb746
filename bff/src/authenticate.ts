import { SECRETS } from '@tocsin/contracts';
import { WatchedSecret, type Logger } from '@tocsin/service';
import { openDoor, tokenDoor, type Authenticator } from './auth/authenticator.ts';
import { JwksKeys } from './auth/jwks-keys.ts';
import { parseSecret, secretKeys } from './auth/secret-keys.ts';
import type { Backend } from './backend.ts';
import type { BffConfig } from './config.ts';
import { fetchKeySet } from './http/fetch-key-set.ts';

/** The authenticator that the settings name. */
export function createAuthenticator(
  config: BffConfig,
  backend: Pick<Backend, 'readSecret'>,
  log: Logger,
  now: () => number,
): Authenticator {
  if (config.AUTH_MODE === 'none') return openDoor;
  const rules = {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    clockSkewS: config.JWT_CLOCK_SKEW,
    now,
  };
  const url = config.JWT_JWKS_URL;
  if (url !== undefined) {
    const keys = new JwksKeys({
      fetchKeySet: () => fetchKeySet(url),
      now,
      onFault: (err) => log.warn({ err }, 'the keys of the issuer could not be fetched'),
    });
    return tokenDoor({ ...rules, keys }, { ready: () => keys.ready(), stop: () => undefined });
  }
  const secret = new WatchedSecret({
    read: () => backend.readSecret(SECRETS.jwt.name),
    parse: parseSecret,
    what: 'the secret for tokens',
    // At a start the sidecar comes after the application; what lasts is said by /readyz.
    onFault: (err) => log.info({ err }, 'the secret for tokens cannot be read now; trying again'),
  });
  const keys = secretKeys(() => secret.get());
  const ready = async () => void secret.get();
  return tokenDoor({ ...rules, keys }, { ready, stop: () => secret.stop() });
}
