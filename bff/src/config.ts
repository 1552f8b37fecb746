import {
  bodiesSetting,
  commonSettings,
  failpointSettings,
  parseConfig,
  portSetting,
  tracingSettings,
  wholeNumberSetting,
} from '@tocsin/service';
import { z } from 'zod';
import { originOf } from './auth/origins.ts';
import { isPlace } from './wiring/loopback.ts';
import { isTrustedProxies } from './socketio/admission/client-address.ts';
import { DEFAULT_FEED_LIMITS, MAX_HISTORY_BYTES, MAX_IDS } from './feed/limits.ts';

const withDefault = (setting: z.ZodType<number, string>, value: number) => setting.default(value);

/** The settings of the bff, in the order of `docs/settings.md`. */
export const bffSettings = z.object({
  PORT: withDefault(portSetting(), 4001).describe('Public port: the page, /app and /hubs'),
  INTERNAL_PORT: withDefault(portSetting(), 4101).describe(
    'Port for the sidecar: subscriptions, actors, health',
  ),
  ...commonSettings,
  BROADCASTER: z
    .enum(['redis', 'memory', 'azure'], 'must be redis, memory or azure')
    .default('redis')
    .describe(
      'What carries publications to all instances; memory serves a single one; azure is redis between the instances, with browsers connected to Azure Web PubSub',
    ),
  REDIS_HOST: z
    .string()
    .regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port')
    .default('localhost:6379')
    .describe('Redis that the broadcaster uses, as host:port'),
  REDIS_USERNAME: z.string().optional().describe('User of that Redis; without one its default user'),
  REDIS_PASSWORD: z.string().optional().describe('Password of that user'),
  BROADCAST_BYTES: withDefault(
    wholeNumberSetting(1024 * 1024, 1024 * 1024 * 1024),
    16 * 1024 * 1024,
  ).describe('Bytes that the broadcaster keeps in that Redis for slow instances; the oldest events go first'),
  MAX_CONNECTIONS: withDefault(wholeNumberSetting(1, 1_000_000), 10_000).describe(
    'Browsers that may be connected to this instance, signed in where tokens are asked for; the next one is answered 429',
  ),
  MAX_PENDING_CONNECTIONS: wholeNumberSetting(10, 1_000_000)
    .optional()
    .describe(
      'Browsers that may be connecting at a time, not signed in yet: places of their own, of which one address gets a fifth; default is a tenth of MAX_CONNECTIONS, at least 50',
    ),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumberSetting(0, 1_000_000)
    .optional()
    .describe(
      'Browsers that may be connected from one address (of IPv6, from one /64), signed in or not; 0 is no bound; default is a fifth of MAX_CONNECTIONS with AUTH_MODE=none, loopback and listed proxies exempt, and no bound for signed-in readers',
    ),
  MAX_CONNECTIONS_PER_READER: withDefault(wholeNumberSetting(0, 1_000_000), 50).describe(
    'Browsers that one signed-in reader may connect to this instance; the next one is refused until another is closed; 0 is no bound',
  ),
  WRITES_PER_MINUTE: withDefault(wholeNumberSetting(0, 1_000_000), 600).describe(
    'Changes of read marks and mutes that are taken in a minute from one signed-in reader, or else from one address; 0 is no bound',
  ),
  DOCUMENTS_PER_READER: withDefault(wholeNumberSetting(10, 100_000), 500).describe(
    'Documents of read marks and mutes that are kept for one signed-in reader, or else for one address; the oldest goes for the newest',
  ),
  BODIES_MAX_BYTES: bodiesSetting(),
  TRUST_PROXY: z
    .string()
    .refine(isTrustedProxies, 'must be a number of proxies, or addresses and CIDR ranges with commas between')
    .default('0')
    .describe(
      'Proxies whose X-Forwarded-For counts: how many stand in front, or their addresses, as in `10.0.0.0/8,::1`; also `loopback`, `linklocal`, `uniquelocal`',
    ),
  HANDSHAKE_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 10_000).describe(
    'Longest wait for the headers of a request, and for a connection to begin or to change its transport',
  ),
  PING_INTERVAL_MS: withDefault(wholeNumberSetting(100, 300_000), 25_000).describe(
    'Time between two pings to a browser',
  ),
  PING_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 300_000), 20_000).describe(
    'Longest wait for the answer to a ping',
  ),
  AUTH_MODE: z
    .enum(['none', 'jwt'], 'must be none or jwt')
    .default('none')
    .describe('Who may read: none lets everybody read every feed, jwt asks for a token'),
  JWT_ISSUER: z.string().default('tocsin').describe('The `iss` that a token must have'),
  JWT_AUDIENCE: z
    .string()
    .default('tocsin')
    .describe('The `aud` that a token must have, perhaps among others'),
  JWT_JWKS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
    .optional()
    .describe(
      'Where the issuer publishes its keys (RS256, ES256, EdDSA); without it the secret store has an HS256 secret',
    ),
  JWT_CLOCK_SKEW: withDefault(wholeNumberSetting(0, 300), 30).describe(
    'Seconds by which the clocks of issuer and bff may differ',
  ),
  JWT_MAX_AGE: withDefault(wholeNumberSetting(0, 315_360_000), 0).describe(
    'Longest life of a token in seconds, from its `iat` to `exp` and to now; a token without `iat` is then refused; 0 is no bound',
  ),
  OPS_TOKEN: z
    .string()
    .min(32, 'must have at least 32 characters, as `openssl rand -hex 32` prints')
    .optional()
    .describe(
      'Token for the operations page and /app/ops, sent as `Authorization: Bearer`; needed with AUTH_MODE=none, accepted besides the role ops with jwt',
    ),
  PUBLISHED_ON: z
    .string()
    .refine(isPlace, 'must be an IP address, localhost, loopback or network')
    .optional()
    .describe(
      'Where the public port is published: an IP address, `loopback` or `network`; default is PUBLIC_HOST; with AUTH_MODE=none and no OPS_TOKEN the operations page is open on a loopback address only',
    ),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine(
      (origins) => origins.every((origin) => originOf(origin) !== undefined),
      'must be origins as https://app.example.com, with commas between, without path and without / at the end',
    )
    .describe('Origins, with commas between, whose pages may use /app and /hubs besides those of this host'),
  INSTANCE_NAME: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, 'must be 1 to 100 of A-Z a-z 0-9 . _ : -')
    .optional()
    .describe('Name of this instance on the ops page; default is its host and port'),
  UI_DIST: z.string().optional().describe('Folder of the built page; default is ui/dist of this repository'),
  HISTORY_MAX: withDefault(wholeNumberSetting(1, 1_000_000), DEFAULT_FEED_LIMITS.historyMax).describe(
    'Publications that a feed keeps',
  ),
  HISTORY_BYTES: withDefault(
    wholeNumberSetting(65_536, MAX_HISTORY_BYTES),
    DEFAULT_FEED_LIMITS.historyBytes,
  ).describe('Bytes that a feed keeps'),
  HISTORY_TTL: withDefault(wholeNumberSetting(60, 604_800), DEFAULT_FEED_LIMITS.historyTtlMs / 1000).describe(
    'Seconds for which a feed of all or of a topic keeps a publication',
  ),
  USER_HISTORY_TTL: withDefault(wholeNumberSetting(60, 31_622_400), 30 * 24 * 60 * 60).describe(
    'Seconds for which the feed of a person keeps a publication; default is 30 days, at most 366',
  ),
  USER_HISTORY_BYTES: withDefault(wholeNumberSetting(65_536, MAX_HISTORY_BYTES), 1024 * 1024).describe(
    'Bytes that the feed of a person keeps',
  ),
  IDS_MAX: withDefault(wholeNumberSetting(1_000, MAX_IDS), DEFAULT_FEED_LIMITS.idsMax).describe(
    'Ids that a feed remembers, so that a repeated one is not shown again',
  ),
  FEEDS_REMEMBERED_MAX: withDefault(wholeNumberSetting(1_000, 10_000_000), 100_000).describe(
    'Feeds whose highest position is remembered, to notice a Redis that comes back older',
  ),
  ACTOR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 5_000).describe(
    'Longest wait for a turn of a feed, before the announcement is repeated',
  ),
  SIDECAR_TIMEOUT_MS: withDefault(wholeNumberSetting(100, 60_000), 3_000).describe(
    'Longest wait for the sidecar',
  ),
  DEAD_LETTER_PAUSE_MS: withDefault(wholeNumberSetting(0, 9_000), 2_000).describe(
    'Pause before a dead announcement is announced again',
  ),
  DRAIN_DELAY_MS: withDefault(wholeNumberSetting(0, 30_000), 0).describe(
    'Time for which a stopping instance only says that it is not ready, so that a proxy leads nobody to it, before it moves its clients',
  ),
  DRAIN_MS: withDefault(wholeNumberSetting(0, 8_000), 3_000).describe(
    'Time over which a stopping instance moves its clients to others',
  ),
  ...tracingSettings,
  ...failpointSettings,
});
export type BffConfig = z.infer<typeof bffSettings>;

/** @throws ConfigError that lists all faults */
export const readConfig = (env = process.env): BffConfig => parseConfig(bffSettings, env);
