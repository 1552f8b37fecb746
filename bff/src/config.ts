import {
  bodiesSetting,
  commonSettings,
  failpointSettings,
  iconOriginsSetting,
  parseConfig,
  portSetting,
  tracingSettings,
  wholeNumberSetting,
} from '@tocsin/service';
import {
  singleRedisParts,
  readRedisParts,
  redisSettings,
  redisTarget,
  withRedisRules,
  type RedisParts,
} from '@tocsin/service/redis';
import { z } from 'zod';
import { originOf } from './auth/origins.ts';
import { isPublishPlace } from './wiring/access/loopback.ts';
import { isTrustedProxies } from './socketio/admission/client-address.ts';
import { DEFAULT_FEED_LIMITS, MAX_HISTORY_BYTES, MAX_IDS } from './feed/limits.ts';

const withDefault = (setting: z.ZodType<number, string>, value: number) => setting.default(value);

/** A setting for the address that a link on the pages opens. */
const linkSetting = () =>
  z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .max(1_000, 'must have at most 1000 characters')
    .refine((url) => !url.includes('#'), 'must not contain # or text after it')
    .optional();

/** The bff's settings, in the order of `docs/settings.md`. */
export const bffSettings = withRedisRules(
  z.object({
    PORT: withDefault(portSetting(), 4001).describe('Public port: the page, /app and /hubs'),
    INTERNAL_PORT: withDefault(portSetting(), 4101).describe(
      'Internal port, which only the sidecar calls: subscriptions, actors, health',
    ),
    ...commonSettings,
    BROADCASTER: z
      .enum(['redis', 'memory', 'azure'], 'must be redis, memory or azure')
      .default('redis')
      .describe(
        'How publications reach all instances. `memory` serves a single instance. `azure` uses Redis between the instances, and browsers connect to Azure Web PubSub',
      ),
    ...redisSettings,
    BROADCAST_BYTES: withDefault(
      wholeNumberSetting(1024 * 1024, 1024 * 1024 * 1024),
      16 * 1024 * 1024,
    ).describe(
      'Maximum bytes that the broadcaster keeps in Redis for slow instances; the oldest events are dropped first',
    ),
    FEEDS_BYTES: withDefault(
      wholeNumberSetting(1024 * 1024, 16 * 1024 * 1024 * 1024),
      32 * 1024 * 1024,
    ).describe(
      'Maximum total size of the recent publications that this instance keeps in memory, in bytes of JSON; they use about three times as much memory. At the limit, the largest feeds keep fewer of them, and older ones are read from the store',
    ),
    MAX_CONNECTIONS: withDefault(wholeNumberSetting(1, 1_000_000), 10_000).describe(
      'Maximum number of browsers connected to this instance (signed-in ones if tokens are required); further ones get 429',
    ),
    MAX_PENDING_CONNECTIONS: wholeNumberSetting(10, 1_000_000)
      .optional()
      .describe(
        'Maximum number of browsers that are connecting and have not signed in yet. They have separate slots, and one address may use a fifth of them. The default is a tenth of MAX_CONNECTIONS, at least 50',
      ),
    MAX_CONNECTIONS_PER_ADDRESS: wholeNumberSetting(0, 1_000_000)
      .optional()
      .describe(
        'Maximum number of connected browsers from one address (IPv6: one /64), signed in or not; 0 means no limit. The default with AUTH_MODE=none is a fifth of MAX_CONNECTIONS, except for loopback and listed proxies; signed-in readers have no limit by default',
      ),
    MAX_CONNECTIONS_PER_READER: withDefault(wholeNumberSetting(0, 1_000_000), 50).describe(
      'Maximum number of browsers that one signed-in reader can connect to this instance; further ones are refused until one closes; 0 means no limit',
    ),
    WRITES_PER_MINUTE: withDefault(wholeNumberSetting(0, 1_000_000), 600).describe(
      'Maximum number of changes to marks, mutes and preferences per minute from one signed-in reader, or from one address without sign-in; 0 means no limit',
    ),
    SEARCHES_PER_MINUTE: withDefault(wholeNumberSetting(0, 1_000_000), 120).describe(
      'Maximum number of searches per minute from one signed-in reader, or from one address without sign-in; 0 means no limit',
    ),
    DOCUMENTS_PER_READER: withDefault(wholeNumberSetting(10, 100_000), 500).describe(
      'Maximum number of stored documents (marks, mutes, preferences) for one signed-in reader, or for one address without sign-in; a new one replaces the oldest',
    ),
    RECEIPTS_TOPIC: z
      .enum(['on', 'off'], 'must be on or off')
      .default('off')
      .describe(
        'Whether other applications get receipts as events on the topic `notification-receipts`; subscribers also need a scope in notification-pubsub',
      ),
    BODIES_MAX_BYTES: bodiesSetting(),
    TRUST_PROXY: z
      .string()
      .refine(
        isTrustedProxies,
        'must be a number of proxies, or addresses and CIDR ranges separated by commas',
      )
      .default('0')
      .describe(
        'Proxies whose X-Forwarded-For is trusted: the number of proxies in front, or their addresses, such as `10.0.0.0/8,::1`; also `loopback`, `linklocal`, `uniquelocal`',
      ),
    HANDSHAKE_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 10_000).describe(
      'Milliseconds to wait for the headers of a request, and for a connection to open or to change its transport',
    ),
    PING_INTERVAL_MS: withDefault(wholeNumberSetting(100, 300_000), 25_000).describe(
      'Milliseconds between two pings to a browser',
    ),
    PING_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 300_000), 20_000).describe(
      'Milliseconds to wait for the answer to a ping',
    ),
    AUTH_MODE: z
      .enum(['none', 'jwt'], 'must be none or jwt')
      .default('none')
      .describe('Who may read: `none` allows everyone to read every feed, `jwt` requires a token'),
    JWT_ISSUER: z.string().default('tocsin').describe('The `iss` that a token must have'),
    JWT_AUDIENCE: z
      .string()
      .default('tocsin')
      .describe('The `aud` that a token must have; it may have others too'),
    JWT_JWKS_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
      .optional()
      .describe(
        'Where the issuer publishes its keys (RS256, ES256, EdDSA). Without it, the HS256 secret in the secret store is used',
      ),
    JWT_CLOCK_SKEW: withDefault(wholeNumberSetting(0, 300), 30).describe(
      "Maximum difference between the issuer's clock and the bff's, in seconds",
    ),
    JWT_MAX_AGE: withDefault(wholeNumberSetting(0, 315_360_000), 0).describe(
      'Maximum lifetime (`iat` to `exp`) and age of a token in seconds. If set, a token without `iat` is refused; 0 means no limit',
    ),
    OPS_TOKEN: z
      .string()
      .min(32, 'must have at least 32 characters, as `openssl rand -hex 32` prints')
      .optional()
      .describe(
        'Token for the operations page and /app/ops, sent as `Authorization: Bearer`. With AUTH_MODE=none, required unless the port is published on loopback; with `jwt`, an alternative to the role `ops`',
      ),
    RUNBOOK_URL: linkSetting().describe(
      'Address of your copy of docs/operations.md. The operations page links each fault to its section, for example `#tocsinredisnearfull`',
    ),
    GRAFANA_URL: linkSetting().describe(
      'Address of your Grafana dashboard, to which the operations page links',
    ),
    PUBLISHED_ON: z
      .string()
      .refine(isPublishPlace, 'must be an IP address or one of localhost, loopback and network')
      .optional()
      .describe(
        'Where the public port is published: an IP address, or one of `localhost`, `loopback` and `network`. The default is PUBLIC_HOST. With AUTH_MODE=none and no OPS_TOKEN, the operations page is open only on a loopback address',
      ),
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((text) => text.split(/[\s,]+/).filter(Boolean))
      .refine(
        (origins) => origins.every((origin) => originOf(origin) !== undefined),
        'must be comma-separated origins such as https://app.example.com, without a path or trailing slash',
      )
      .describe('Other origins whose pages may use /app and /hubs, separated by commas'),
    ICON_ORIGINS: iconOriginsSetting(),
    AWAY_FILE: z
      .string()
      .optional()
      .describe(
        'JSON file with the channels that reach readers who are away, and the default fallbacks; see docs/guides/reach-people-who-are-away.md. Without it, fallbacks are not sent',
      ),
    INSTANCE_NAME: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, 'must have 1 to 100 characters of A-Z a-z 0-9 . _ : -')
      .optional()
      .describe('Name of this instance on the ops page. The default is its host and port'),
    UI_DIST: z
      .string()
      .optional()
      .describe('Folder of the built page. The default is ui/dist of this repository'),
    HISTORY_MAX: withDefault(wholeNumberSetting(1, 1_000_000), DEFAULT_FEED_LIMITS.historyMax).describe(
      'Maximum number of publications that a feed keeps',
    ),
    HISTORY_BYTES: withDefault(
      wholeNumberSetting(65_536, MAX_HISTORY_BYTES),
      DEFAULT_FEED_LIMITS.historyBytes,
    ).describe('Maximum bytes that a feed keeps'),
    HISTORY_TTL: withDefault(
      wholeNumberSetting(60, 604_800),
      DEFAULT_FEED_LIMITS.historyTtlMs / 1000,
    ).describe('Seconds for which `all` and topic feeds keep a publication'),
    USER_HISTORY_TTL: withDefault(wholeNumberSetting(60, 31_622_400), 30 * 24 * 60 * 60).describe(
      'Seconds for which user feeds keep a publication. The default is 30 days, the maximum 366 days',
    ),
    USER_HISTORY_BYTES: withDefault(wholeNumberSetting(65_536, MAX_HISTORY_BYTES), 1024 * 1024).describe(
      'Maximum bytes that a user feed keeps',
    ),
    IDS_MAX: withDefault(wholeNumberSetting(1_000, MAX_IDS), DEFAULT_FEED_LIMITS.idsMax).describe(
      'Maximum number of ids that a feed remembers, so that a repeated notification is not shown again',
    ),
    FEEDS_REMEMBERED_MAX: withDefault(wholeNumberSetting(1_000, 10_000_000), 100_000).describe(
      'Maximum number of feeds whose highest position an instance remembers, to detect when Redis comes back with older data',
    ),
    ACTOR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 5_000).describe(
      'Milliseconds to wait for a turn of a feed before the announcement is retried',
    ),
    SIDECAR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 3_000).describe(
      'Milliseconds to wait for the sidecar',
    ),
    DEAD_LETTER_PAUSE_MS: withDefault(wholeNumberSetting(0, 9_000), 2_000).describe(
      'Milliseconds to wait before an announcement that ran out of retries is announced again',
    ),
    DRAIN_DELAY_MS: withDefault(wholeNumberSetting(0, 30_000), 0).describe(
      'Milliseconds that a stopping instance waits before it moves its clients. Meanwhile it reports that it is not ready, so that proxies send it no new browsers',
    ),
    DRAIN_MS: withDefault(wholeNumberSetting(0, 8_000), 3_000).describe(
      'Milliseconds over which a stopping instance moves its clients to other instances',
    ),
    ...tracingSettings,
    ...failpointSettings,
  }),
);
export type BffConfig = z.infer<typeof bffSettings> & {
  /** Which Redis holds each part of the data; absent if one Redis holds all of it. */
  redisParts?: RedisParts;
};

export const redisPartsOf = (config: BffConfig): RedisParts =>
  config.redisParts ?? singleRedisParts(redisTarget(config));

/** @throws ConfigError that lists all errors */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): BffConfig => ({
  ...parseConfig(bffSettings, env),
  redisParts: readRedisParts(env),
});
