/**
 * Reads the settings that the stack gives the naive bff. This bff loses notifications, to test that the ledger detects
 * losses.
 */
export const readNaiveConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  port: Number(env['PORT']),
  internalPort: Number(env['INTERNAL_PORT']),
  daprHttpPort: Number(env['DAPR_HTTP_PORT']),
  daprApiToken: env['DAPR_API_TOKEN'],
  redisHost: env['REDIS_HOST'] ?? '',
  failpoints: env['FAILPOINTS'],
});
