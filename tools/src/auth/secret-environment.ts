import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { apiKeysFile, keptApiKeys, keptInternalSecret, keptVapid, tokenSecrets } from './kept-secrets.ts';

/** The variable with which our applications find the secret for their messages to each other. */
export const internalSecret = (secret: string): Record<string, string> => ({
  NOTIFICATION_SECRETS_internal: secret,
  NOTIFICATION_KEYS_internal: secret,
});

/** The environment that the sidecars' secret stores read, as the settings require. */
export function secretEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  const vapid = keptVapid(dataDir);
  const env = {
    ...internalSecret(config.internalSecret ?? keptInternalSecret(dataDir)),
    ...(vapid !== undefined && { NOTIFICATION_SECRETS_vapid: vapid }),
    ...config.channelSecrets,
  };
  if (config.mode !== 'jwt' || config.hasIssuer) return env;
  return { ...env, NOTIFICATION_SECRETS_jwt: tokenSecrets(config, dataDir) };
}

/**
 * The settings for API keys: the applications read the key file every second. A sidecar's environment and Dapr's local
 * stores are read only once, so a revoked key would stay valid. @throws Failure if there is no API key yet
 */
export function keysEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  if (!config.apiKeys) return {};
  if (keptApiKeys(dataDir).length === 0) {
    throw new Failure(
      `API_KEYS=on, but ${apiKeysFile(dataDir)} has no key. Create one first:\n` +
        "  npm run api-key -- --name shop --feeds 'all,topic:orders*' --per-second 50",
    );
  }
  return { API_KEYS_FILE: apiKeysFile(dataDir) };
}
