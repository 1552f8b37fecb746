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
import { isValidPublishedOn } from './wiring/access/loopback.ts';
import { isTrustedProxies } from './socketio/admission/client-address.ts';
import { DEFAULT_FEED_LIMITS, MAX_HISTORY_BYTES, MAX_IDS } from './feed/limits.ts';

const withDefault = (setting: z.ZodType<number, string>, value: number) => setting.default(value);

/** Returns the schema of a setting for a link on the operations page. */
const linkSetting = () =>
  z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .max(1_000, 'must have at most 1000 characters')
    .refine((url) => !url.includes('#'), 'must not contain a fragment (#…)')
    .optional();

/** The bff's settings, in the same order as `docs/settings.md`. */
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
        'How publications reach all instances. `redis` uses a Redis stream. `memory` works only for a single instance. With `azure`, the instances use the Redis stream, and browsers connect to Azure Web PubSub',
      ),
    ...redisSettings,
    BROADCAST_BYTES: withDefault(
      wholeNumberSetting(1024 * 1024, 1024 * 1024 * 1024),
      16 * 1024 * 1024,
    ).describe(
      'Maximum size of the events that the broadcaster keeps in Redis, in bytes. It keeps them so that slow instances can still read them, and drops the oldest first',
    ),
    FEEDS_BYTES: withDefault(
      wholeNumberSetting(1024 * 1024, 16 * 1024 * 1024 * 1024),
      32 * 1024 * 1024,
    ).describe(
      'Maximum size of the recent publications that this instance keeps in memory, in bytes of JSON. Keeping them takes about three times as much memory. At the limit, the instance keeps fewer publications of the largest feeds, and reads older ones from the store',
    ),
    MAX_CONNECTIONS: withDefault(wholeNumberSetting(1, 1_000_000), 10_000).describe(
      'Maximum number of browsers connected to this instance. If tokens are required, only signed-in browsers count. Further browsers get 429',
    ),
    MAX_PENDING_CONNECTIONS: wholeNumberSetting(10, 1_000_000)
      .optional()
      .describe(
        'Maximum number of browsers that are connecting and have not signed in yet. They don’t count toward MAX_CONNECTIONS. One address can have at most a fifth of this number. The default is a tenth of MAX_CONNECTIONS, but at least 50',
      ),
    MAX_CONNECTIONS_PER_ADDRESS: wholeNumberSetting(0, 1_000_000)
      .optional()
      .describe(
        'Maximum number of connected browsers from one address (IPv6: from one /64 network), signed in or not; 0 means no limit. With AUTH_MODE=jwt, the default is no limit. With AUTH_MODE=none, the default is a fifth of MAX_CONNECTIONS, and this default doesn’t apply to loopback or to the proxies listed in TRUST_PROXY',
      ),
    MAX_CONNECTIONS_PER_READER: withDefault(wholeNumberSetting(0, 1_000_000), 50).describe(
      'Maximum number of browsers that one signed-in reader can connect to this instance. At the limit, new connections are refused until one closes; 0 means no limit',
    ),
    WRITES_PER_MINUTE: withDefault(wholeNumberSetting(0, 1_000_000), 600).describe(
      'Maximum number of changes that a signed-in reader can make to marks, mutes and preferences in a minute; 0 means no limit. Without sign-in, the limit applies to each address',
    ),
    SEARCHES_PER_MINUTE: withDefault(wholeNumberSetting(0, 1_000_000), 120).describe(
      'Maximum number of searches that a signed-in reader can make in a minute; 0 means no limit. Without sign-in, the limit applies to each address',
    ),
    DOCUMENTS_PER_READER: withDefault(wholeNumberSetting(10, 100_000), 500).describe(
      'Maximum number of read states (one for each feed) of a signed-in reader. Without sign-in, the limit applies to each address: to the documents (read states, mutes, preferences, inboxes) of all its readers together. At the limit, a new document replaces the oldest',
    ),
    RECEIPTS_TOPIC: z
      .enum(['on', 'off'], 'must be on or off')
      .default('off')
      .describe(
        'Whether to publish receipts for other applications on the `notification-receipts` topic. Subscribers must also be listed in the `subscriptionScopes` of the `notification-pubsub` component',
      ),
    BODIES_MAX_BYTES: bodiesSetting(),
    TRUST_PROXY: z
      .string()
      .refine(isTrustedProxies, 'must be a proxy count, or comma-separated addresses and CIDR ranges')
      .default('0')
      .describe(
        'Proxies whose X-Forwarded-For header is trusted: the number of proxies in front of the bff, or their addresses, such as `10.0.0.0/8,::1`. The words `loopback`, `linklocal` and `uniquelocal` stand for address ranges',
      ),
    HANDSHAKE_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 10_000).describe(
      'Milliseconds to wait for the headers of a request, for a browser to connect and sign in, and for an upgrade from polling to WebSocket',
    ),
    PING_INTERVAL_MS: withDefault(wholeNumberSetting(100, 300_000), 25_000).describe(
      'Milliseconds between pings to a browser',
    ),
    PING_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 300_000), 20_000).describe(
      'Milliseconds to wait for a pong',
    ),
    AUTH_MODE: z
      .enum(['none', 'jwt'], 'must be none or jwt')
      .default('none')
      .describe('Who can read: with `none`, everyone can read every feed; with `jwt`, readers need a token'),
    JWT_ISSUER: z.string().default('tocsin').describe('The `iss` that tokens must have'),
    JWT_AUDIENCE: z.string().default('tocsin').describe('The `aud` that tokens must include'),
    JWT_JWKS_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
      .optional()
      .describe(
        "URL of the issuer's public keys (RS256, ES256, EdDSA). If not set, tokens are checked with the HS256 secret in the secret store",
      ),
    JWT_CLOCK_SKEW: withDefault(wholeNumberSetting(0, 300), 30).describe(
      'Maximum difference between the clocks of the issuer and the bff, in seconds',
    ),
    JWT_MAX_AGE: withDefault(wholeNumberSetting(0, 315_360_000), 0).describe(
      'Maximum lifetime of a token (from `iat` to `exp`) and maximum time since its `iat`, in seconds; 0 means no limit. With a limit, tokens without `iat` are refused',
    ),
    OPS_TOKEN: z
      .string()
      .min(32, 'must have at least 32 characters; generate one with `openssl rand -hex 32`')
      .optional()
      .describe(
        'Token for the operations page and /app/ops, sent as `Authorization: Bearer`. With AUTH_MODE=none and no OPS_TOKEN, the page is open only if the port is published on loopback. With AUTH_MODE=jwt, OPS_TOKEN is an alternative to a token with the `ops` role',
      ),
    RUNBOOK_URL: linkSetting().describe(
      'Address of your copy of docs/operations.md. The operations page links to its section for each problem, such as `#tocsinredisnearfull`',
    ),
    GRAFANA_URL: linkSetting().describe('Address of your Grafana dashboard. The operations page links to it'),
    PUBLISHED_ON: z
      .string()
      .refine(isValidPublishedOn, 'must be an IP address or one of localhost, loopback and network')
      .optional()
      .describe(
        'Where the public port is published, if not on PUBLIC_HOST: an IP address, or one of `localhost`, `loopback` and `network`. With AUTH_MODE=none and no OPS_TOKEN, the operations page is open only if the port is published on loopback',
      ),
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((text) => text.split(/[\s,]+/).filter(Boolean))
      .refine(
        (origins) => origins.every((origin) => originOf(origin) !== undefined),
        'must be comma-separated origins such as https://app.example.com, without a path or trailing slash',
      )
      .describe('Comma-separated list of other origins whose pages can use /app and /hubs'),
    ICON_ORIGINS: iconOriginsSetting(),
    AWAY_FILE: z
      .string()
      .optional()
      .describe(
        'JSON file with the channels for reaching readers who are away, and the default fallbacks; see docs/guides/reach-people-who-are-away.md. Without it, no fallbacks are sent',
      ),
    INSTANCE_NAME: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, 'must have 1 to 100 characters of A-Z a-z 0-9 . _ : -')
      .optional()
      .describe("This instance's name on the operations page. The default is its host and port"),
    UI_DIST: z
      .string()
      .optional()
      .describe("Folder with the built page. The default is this repository's ui/dist"),
    HISTORY_MAX: withDefault(wholeNumberSetting(1, 1_000_000), DEFAULT_FEED_LIMITS.historyMax).describe(
      'Maximum number of publications that a feed keeps',
    ),
    HISTORY_BYTES: withDefault(
      wholeNumberSetting(65_536, MAX_HISTORY_BYTES),
      DEFAULT_FEED_LIMITS.historyBytes,
    ).describe('Maximum size of the publications that `all` or a topic feed keeps, in bytes'),
    HISTORY_TTL: withDefault(
      wholeNumberSetting(60, 604_800),
      DEFAULT_FEED_LIMITS.historyTtlMs / 1000,
    ).describe(
      'Seconds that `all` and topic feeds keep a publication. To recognize duplicates, they remember its id for the same time, but at least 25 hours',
    ),
    USER_HISTORY_TTL: withDefault(wholeNumberSetting(60, 31_622_400), 30 * 24 * 60 * 60).describe(
      'Seconds that user feeds keep a publication. To recognize duplicates, they remember its id for the same time, but at least 25 hours. The default is 30 days, the maximum 366 days',
    ),
    USER_HISTORY_BYTES: withDefault(wholeNumberSetting(65_536, MAX_HISTORY_BYTES), 1024 * 1024).describe(
      'Maximum size of the publications that a user feed keeps, in bytes',
    ),
    HISTORY_COMPRESSION: z
      .enum(['on', 'off'], 'must be on or off')
      .default('off')
      .describe(
        'Whether to compress large parts of the history, so that a long history needs less memory in Redis. Switch it on only when no bff runs version 0.1.0, which can’t read compressed parts',
      ),
    IDS_MAX: withDefault(wholeNumberSetting(1_000, MAX_IDS), DEFAULT_FEED_LIMITS.idsMax).describe(
      'Maximum number of ids that a feed remembers, to recognize duplicate notifications',
    ),
    FEEDS_REMEMBERED_MAX: withDefault(wholeNumberSetting(1_000, 10_000_000), 100_000).describe(
      'Maximum number of feeds whose highest position an instance remembers, to detect when Redis comes back with older data',
    ),
    ACTOR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 5_000).describe(
      'Milliseconds to wait for the host of a partition (the instance that processes its entries) to finish a turn. After that, the announcement is retried if the host is making progress. Otherwise, this instance runs the turn',
    ),
    SIDECAR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 3_000).describe(
      'Milliseconds to wait for a response from the sidecar',
    ),
    DEAD_LETTER_PAUSE_MS: withDefault(wholeNumberSetting(0, 9_000), 2_000).describe(
      "Milliseconds to wait before announcing an entry again when Dapr's retries have run out",
    ),
    DRAIN_DELAY_MS: withDefault(wholeNumberSetting(0, 30_000), 0).describe(
      'Milliseconds that a stopping instance waits before it moves its clients. During this time it reports that it isn’t ready, so that proxies stop sending it new browsers',
    ),
    DRAIN_MS: withDefault(wholeNumberSetting(0, 8_000), 3_000).describe(
      'Time limit for a stopping instance to move its clients to other instances, in milliseconds',
    ),
    ...tracingSettings,
    ...failpointSettings,
  }),
);
export type BffConfig = z.infer<typeof bffSettings> & {
  /** The Redis server for each part of the data. Not set if a single Redis server holds all parts. */
  redisParts?: RedisParts;
};

export const redisPartsOf = (config: BffConfig): RedisParts =>
  config.redisParts ?? singleRedisParts(redisTarget(config));

/** @throws ConfigError that lists all errors */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): BffConfig => ({
  ...parseConfig(bffSettings, env),
  redisParts: readRedisParts(env),
});
