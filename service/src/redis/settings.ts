import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseConfig } from '../process/config.ts';

/** `true` or `false`. Dapr's components read the same variables and accept no other values. */
const switchSetting = () =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true');

/** A setting with the path to a PEM file. Its parsed value is the file's content. */
const pemFileSetting = (what: string, check: (pem: string) => unknown) =>
  z.string().transform((path, context) => {
    try {
      const pem = readFileSync(path, 'utf8');
      check(pem);
      return pem;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isUnreadable = error instanceof Error && 'syscall' in error;
      context.addIssue(
        isUnreadable
          ? `cannot be read (${reason}); set it to a file that this process can read`
          : `is not a ${what} in PEM format (${path}: ${reason})`,
      );
      return z.NEVER;
    }
  });

const certificateSetting = () => pemFileSetting('certificate', (pem) => new X509Certificate(pem)).optional();

const ADDRESS = String.raw`(\[[^\s\]]+\]|[^\s:,]+):\d{1,5}`;

/** The settings for a direct connection to Redis. `withRedisRules` validates them together. */
export const redisSettings = {
  REDIS_HOST: z
    .string()
    .regex(new RegExp(`^${ADDRESS}(,${ADDRESS})*$`), 'must be host:port')
    .default('localhost:6379')
    .describe(
      'Address (host:port) of the Redis server that the broadcaster uses. With `REDIS_SENTINEL=true`, a comma-separated list of Sentinel addresses; with `REDIS_CLUSTER=true`, the addresses of some cluster nodes. See docs/guides/redis.md',
    ),
  REDIS_USERNAME: z
    .string()
    .optional()
    .describe("User name for the broadcaster's Redis server. If unset, the server's default user is used"),
  REDIS_PASSWORD: z.string().optional().describe("Password for the broadcaster's Redis server"),
  REDIS_TLS: switchSetting().describe('`true` uses TLS, including to Sentinels'),
  REDIS_CA_FILE: certificateSetting().describe(
    'PEM file with the CA that signed the Redis certificate. If unset, the public CAs are trusted',
  ),
  REDIS_CERT_FILE: certificateSetting().describe(
    'PEM file with the client certificate, if Redis requires one (`tls-auth-clients`)',
  ),
  REDIS_KEY_FILE: pemFileSetting('private key without a passphrase', (pem) => createPrivateKey(pem))
    .optional()
    .describe('PEM file with the certificate’s private key, without a passphrase'),
  REDIS_SENTINEL: switchSetting().describe(
    '`true` means that `REDIS_HOST` lists Sentinels, which are asked for the address of the current Redis master',
  ),
  REDIS_MASTER: z.string().default('mymaster').describe('Name of the master that the Sentinels monitor'),
  REDIS_SENTINEL_USERNAME: z
    .string()
    .optional()
    .describe('User name for the Sentinels. If unset, their default user is used'),
  REDIS_SENTINEL_PASSWORD: z.string().optional().describe('Password for the Sentinels, if they require one'),
  REDIS_CLUSTER: switchSetting().describe(
    '`true` means that `REDIS_HOST` lists nodes of a Redis Cluster; the other nodes are discovered through them',
  ),
};

const redisSchema = z.object(redisSettings);
export type RedisSettings = z.infer<typeof redisSchema>;

/** Settings that passed their individual checks. Invalid settings are missing. */
type Settings = Partial<RedisSettings>;

interface Rule {
  /** The setting to report the error for. */
  name: keyof RedisSettings;
  /** Another setting that the rule reads. */
  other?: keyof RedisSettings;
  isSatisfied: (settings: Settings) => boolean;
  message: string;
}

const RULES: readonly Rule[] = [
  {
    name: 'REDIS_HOST',
    isSatisfied: ({ REDIS_HOST = '', REDIS_SENTINEL, REDIS_CLUSTER }) =>
      REDIS_SENTINEL !== false || REDIS_CLUSTER !== false || !REDIS_HOST.includes(','),
    message:
      'has multiple addresses. Set only one, or set REDIS_SENTINEL=true or REDIS_CLUSTER=true if they are Sentinels or cluster nodes',
  },
  {
    name: 'REDIS_CLUSTER',
    other: 'REDIS_SENTINEL',
    isSatisfied: ({ REDIS_SENTINEL, REDIS_CLUSTER }) => !REDIS_SENTINEL || !REDIS_CLUSTER,
    message:
      'cannot be combined with REDIS_SENTINEL because a cluster handles failover itself. Set one of them to false',
  },
  ...(['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const).map((name) => ({
    name,
    isSatisfied: (settings: Settings) => settings.REDIS_TLS !== false || settings[name] === undefined,
    message: 'has no effect without TLS; set REDIS_TLS=true, or remove this setting',
  })),
  {
    name: 'REDIS_KEY_FILE',
    other: 'REDIS_CERT_FILE',
    isSatisfied: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) => cert === undefined || key !== undefined,
    message: 'is missing; the client certificate in REDIS_CERT_FILE needs its key',
  },
  {
    name: 'REDIS_CERT_FILE',
    other: 'REDIS_KEY_FILE',
    isSatisfied: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) => key === undefined || cert !== undefined,
    message: 'is missing; the key in REDIS_KEY_FILE needs its certificate',
  },
  {
    name: 'REDIS_KEY_FILE',
    other: 'REDIS_CERT_FILE',
    isSatisfied: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) =>
      cert === undefined ||
      key === undefined ||
      new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)),
    message: 'does not match the certificate in REDIS_CERT_FILE',
  },
  ...(['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'] as const).map((name) => ({
    name,
    isSatisfied: (settings: Settings) => settings.REDIS_SENTINEL !== false || settings[name] === undefined,
    message: 'has no effect without Sentinels; set REDIS_SENTINEL=true, or remove this setting',
  })),
];

/**
 * Adds rules to a schema that contains `redisSettings`. Each rule spans multiple settings. The rules run even if other
 * settings are invalid, so that a single message lists all errors.
 */
export function withRedisRules<T extends z.ZodObject<typeof redisSettings>>(schema: T): T {
  return RULES.reduce(
    (checked, { name, other, isSatisfied, message }) =>
      checked.refine((settings) => isSatisfied(settings as Settings), {
        path: [name],
        message,
        // Don't report a second error for a setting that is already invalid.
        when: ({ value, issues }) =>
          typeof value === 'object' &&
          value !== null &&
          !issues.some(({ path: [at] = [] }) => at === name || at === other),
      }),
    schema,
  );
}

const checkedSchema = withRedisRules(redisSchema);

/**
 * Reads only the Redis settings. Meant for tools.
 * @throws ConfigError that lists all errors
 */
export const readRedisSettings = (env: Record<string, string | undefined>): RedisSettings =>
  parseConfig(checkedSchema, env);
