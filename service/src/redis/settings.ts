import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseConfig } from '../process/config.ts';

/** `true` or `false`, because Dapr's components read the same variables and know no other words. */
const switchSetting = () =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true');

/** The path of a PEM file. The value of the setting is the content of the file. */
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
          ? `cannot be read (${reason}); give the path of a file that this process may read`
          : `is no ${what} in PEM format (${path}: ${reason})`,
      );
      return z.NEVER;
    }
  });

const certificateSetting = () => pemFileSetting('certificate', (pem) => new X509Certificate(pem)).optional();

const ADDRESS = String.raw`(\[[^\s\]]+\]|[^\s:,]+):\d{1,5}`;

/** The settings of a direct connection to Redis. `redisRules` checks them together. */
export const redisSettings = {
  REDIS_HOST: z
    .string()
    .regex(new RegExp(`^${ADDRESS}(,${ADDRESS})*$`), 'must be host:port')
    .default('localhost:6379')
    .describe(
      'Redis of the broadcaster, as host:port; with `REDIS_SENTINEL=true`, the Sentinels, separated by commas. See docs/guides/redis.md',
    ),
  REDIS_USERNAME: z.string().optional().describe('User of that Redis; without it, the default user'),
  REDIS_PASSWORD: z.string().optional().describe('Password of that user'),
  REDIS_TLS: switchSetting().describe('`true` connects with TLS, also to Sentinels'),
  REDIS_CA_FILE: certificateSetting().describe(
    'PEM file with the CA that signed the certificate of Redis. Without it, the public CAs are trusted',
  ),
  REDIS_CERT_FILE: certificateSetting().describe(
    'PEM file with the client certificate, if Redis asks for one (`tls-auth-clients`)',
  ),
  REDIS_KEY_FILE: pemFileSetting('private key without a passphrase', (pem) => createPrivateKey(pem))
    .optional()
    .describe('PEM file with the key of that certificate, without a passphrase'),
  REDIS_SENTINEL: switchSetting().describe(
    '`true`: the addresses in `REDIS_HOST` are Sentinels, which name the Redis to use',
  ),
  REDIS_MASTER: z.string().default('mymaster').describe('Name of the master that the Sentinels watch'),
  REDIS_SENTINEL_USERNAME: z
    .string()
    .optional()
    .describe('User at the Sentinels; without it, the default user'),
  REDIS_SENTINEL_PASSWORD: z.string().optional().describe('Password at the Sentinels, if they require one'),
};

const redisSchema = z.object(redisSettings);
export type RedisSettings = z.infer<typeof redisSchema>;

/** Settings that passed their own checks; those that failed are absent. */
type Checked = Partial<RedisSettings>;

interface Rule {
  /** The setting that the fault names. */
  name: keyof RedisSettings;
  /** Another setting that the rule reads. */
  other?: keyof RedisSettings;
  isKept: (settings: Checked) => boolean;
  message: string;
}

const RULES: readonly Rule[] = [
  {
    name: 'REDIS_HOST',
    isKept: ({ REDIS_HOST = '', REDIS_SENTINEL }) => REDIS_SENTINEL !== false || !REDIS_HOST.includes(','),
    message: 'has several addresses; give one, or set REDIS_SENTINEL=true if they are Sentinels',
  },
  ...(['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const).map((name) => ({
    name,
    isKept: (settings: Checked) => settings.REDIS_TLS !== false || settings[name] === undefined,
    message: 'has no effect without TLS; set REDIS_TLS=true, or remove it',
  })),
  {
    name: 'REDIS_KEY_FILE',
    other: 'REDIS_CERT_FILE',
    isKept: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) => cert === undefined || key !== undefined,
    message: 'is missing; a client certificate (REDIS_CERT_FILE) needs its key',
  },
  {
    name: 'REDIS_CERT_FILE',
    other: 'REDIS_KEY_FILE',
    isKept: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) => key === undefined || cert !== undefined,
    message: 'is missing; the key (REDIS_KEY_FILE) needs its certificate',
  },
  {
    name: 'REDIS_KEY_FILE',
    other: 'REDIS_CERT_FILE',
    isKept: ({ REDIS_CERT_FILE: cert, REDIS_KEY_FILE: key }) =>
      cert === undefined ||
      key === undefined ||
      new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)),
    message: 'is the key of another certificate than REDIS_CERT_FILE',
  },
  ...(['REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'] as const).map((name) => ({
    name,
    isKept: (settings: Checked) => settings.REDIS_SENTINEL !== false || settings[name] === undefined,
    message: 'has no effect without Sentinels; set REDIS_SENTINEL=true, or remove it',
  })),
];

/**
 * Adds the rules over several settings of Redis to a schema with `redisSettings`. They also run if other settings are
 * invalid, so that all faults are listed at once.
 */
export function withRedisRules<T extends z.ZodObject<typeof redisSettings>>(schema: T): T {
  return RULES.reduce(
    (checked, { name, other, isKept, message }) =>
      checked.refine((settings) => isKept(settings as Checked), {
        path: [name],
        message,
        // A setting with a fault of its own needs no second one.
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
 * Reads the settings of Redis alone, for tools.
 * @throws ConfigError that lists all faults
 */
export const readRedisSettings = (env: Record<string, string | undefined>): RedisSettings =>
  parseConfig(checkedSchema, env);
