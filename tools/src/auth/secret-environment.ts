import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { apiKeysFile, keptApiKeys, keptInternalSecret, tokenSecret } from './kept-secrets.ts';

/** The secret with which our applications sign what they say to each other, in the store of each. */
export const internalSecret = (secret: string): Record<string, string> => ({
  NOTIFICATION_SECRETS_internal: secret,
  NOTIFICATION_KEYS_internal: secret,
});

/**
 * What the sidecars' secret stores read, as far as the settings ask for it.
 * @throws Failure when there is no API key yet
 */
export function secretEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  const env = internalSecret(config.internalSecret ?? keptInternalSecret(dataDir));
  if (config.mode === 'jwt' && !config.hasIssuer) {
    env['NOTIFICATION_SECRETS_jwt'] = tokenSecret(config, dataDir);
  }
  if (config.apiKeys) {
    const keys = keptApiKeys(dataDir);
    if (keys.length === 0) {
      throw new Failure(
        `API_KEYS=on, and there is no key in ${apiKeysFile(dataDir)}. Make one first:\n` +
          "  npm run api-key -- --name shop --feeds 'all,topic:orders*' --per-second 50",
      );
    }
    env['NOTIFICATION_KEYS_apikeys'] = JSON.stringify(keys);
  }
  return env;
}
