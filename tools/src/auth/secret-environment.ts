import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { apiKeysFile, loadApiKeys, loadInternalSecret, loadVapid, tokenSecrets } from './stored-secrets.ts';

/**
 * The environment variables with the secret that our applications use to sign calls to each other. The bff's secret
 * store reads one variable, the producer's secret store the other.
 */
export const internalSecretEnvironment = (secret: string): Record<string, string> => ({
  NOTIFICATION_SECRETS_internal: secret,
  NOTIFICATION_KEYS_internal: secret,
});

/** The environment variables that the sidecars' secret stores read, depending on the settings. */
export function secretEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  const vapid = loadVapid(dataDir);
  const env = {
    ...internalSecretEnvironment(config.internalSecret ?? loadInternalSecret(dataDir)),
    ...(vapid !== undefined && { NOTIFICATION_SECRETS_vapid: vapid }),
    ...config.channelSecrets,
  };
  if (config.mode !== 'jwt' || config.hasIssuer) return env;
  return { ...env, NOTIFICATION_SECRETS_jwt: tokenSecrets(config, dataDir) };
}

/**
 * The settings for API keys. The producer rereads the key file every second instead of using a sidecar, because Dapr's
 * local secret stores read secrets only when the sidecar starts. With a sidecar, a revoked key would therefore stay
 * valid until a restart.
 * @throws Failure if there is no API key yet
 */
export function keysEnvironment(config: AuthConfig, dataDir: string): Record<string, string> {
  if (!config.apiKeys) return {};
  if (loadApiKeys(dataDir).length === 0) {
    throw new Failure(
      `API_KEYS=on, but ${apiKeysFile(dataDir)} contains no key. Create one first:\n` +
        "  npm run api-key -- --name shop --feeds 'all,topic:orders*' --per-second 50",
    );
  }
  return { API_KEYS_FILE: apiKeysFile(dataDir) };
}
