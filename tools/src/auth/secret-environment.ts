import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { apiKeysFile, keptApiKeys, tokenSecret } from './kept-secrets.ts';

/** What the sidecars' secret stores read, as far as the settings ask for it. */
export function secretEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  if (config.mode !== 'jwt' || config.hasIssuer) return {};
  return { NOTIFICATION_SECRETS_jwt: tokenSecret(config, dataDir) };
}

/**
 * What the applications are told about the API keys: the file, which they read every second. A sidecar's environment
 * and Dapr's stores for one machine are read once, and would go on to let in a key that was revoked.
 * @throws Failure when there is no API key yet
 */
export function keysEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  if (!config.apiKeys) return {};
  if (keptApiKeys(dataDir).length === 0) {
    throw new Failure(
      `API_KEYS=on, and there is no key in ${apiKeysFile(dataDir)}. Make one first:\n` +
        "  npm run api-key -- --name shop --feeds 'all,topic:orders*' --per-second 50",
    );
  }
  return { API_KEYS_FILE: apiKeysFile(dataDir) };
}
