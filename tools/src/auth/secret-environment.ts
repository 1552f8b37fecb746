import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { apiKeysFile, keptApiKeys, tokenSecret } from './kept-secrets.ts';

/**
 * What the sidecars' secret stores read, as far as the settings ask for it.
 * @throws Failure when there is no API key yet
 */
export function secretEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  const env: Record<string, string> = {};
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
