import {
  addressText,
  ConfigError,
  readRedisParts,
  type RedisParts,
  type RedisTarget,
} from '@tocsin/service/redis';
import { Failure } from './failure.ts';
import { splitHost } from './net/split-host.ts';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Settings of the tools, all read from the environment. */
export interface ToolsConfig {
  /** An existing Redis to use instead of a private Redis. */
  redis: RedisTarget | undefined;
  /** The Redis for each part of the data, if `redis` is given. */
  redisParts: RedisParts | undefined;
  /** DAPR_RUNTIME_PATH: the folder that contains the `.dapr/bin` to use. If set, no other Dapr is used. */
  daprRuntimePath: string | undefined;
  /** DAPR_UNTESTED: allows a Dapr older than the oldest supported version. */
  allowsUntestedDapr: boolean;
  /** The home folder, in which `dapr init --slim` creates `.dapr/bin`. */
  home: string;
  /** DAPR_MIRROR: replaces https://github.com in Dapr's download addresses. */
  daprMirror: string | undefined;
  proxy: ProxyConfig;
  /** The folder for programs that were downloaded or built for this user, shared by all clones. */
  cacheDir: string;
  /** Time between demo notifications (ms), as text. Defaults to the value in dapr.yaml. */
  demoIntervalMs: string | undefined;
  /** False if `CI` or `BROWSER=none` is set or there is no display. */
  mayOpenBrowser: boolean;
  auth: AuthConfig;
  publicAddress: PublicAddress;
}

/** The proxy settings, from the same variables that curl and npm read. Empty means that the variable isn't set. */
export interface ProxyConfig {
  httpProxy: string;
  httpsProxy: string;
  noProxy: string;
}

/** The address that the public ports listen on. */
export interface PublicAddress {
  /** TOCSIN_ADDRESS; 127.0.0.1 by default. */
  address: string;
  /** True with TOCSIN_INSECURE=yes. Other machines may then connect without authentication. */
  allowInsecure: boolean;
}

/** The settings for tokens and keys. The applications read the same variables. */
export interface AuthConfig {
  mode: 'none' | 'jwt';
  /** True if tokens come from an issuer with public keys. */
  hasIssuer: boolean;
  /** The token secret. If omitted, one is generated and stored. */
  secret: string | undefined;
  /** The secret that the applications use to sign messages to each other. If omitted, one is generated and stored. */
  internalSecret?: string | undefined;
  issuer: string;
  audience: string;
  apiKeys: boolean;
  /** Secrets for the channels that reach readers who are away, for example `NOTIFICATION_SECRETS_smtp`. */
  channelSecrets: Readonly<Record<string, string>>;
}

type Env = Record<string, string | undefined>;

const hasDisplay = (env: Env): boolean =>
  process.platform === 'darwin' ||
  process.platform === 'win32' ||
  Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);

/** Reads the tools' settings. Treats empty variables as unset. */
export function readConfig(env: Env = process.env): ToolsConfig {
  const home = env['HOME'] || homedir();
  const redisParts = env['REDIS_HOST'] ? readRedis(env, env['REDIS_HOST']) : undefined;
  return {
    redis: redisParts?.broadcaster,
    redisParts,
    daprRuntimePath: env['DAPR_RUNTIME_PATH'] || undefined,
    allowsUntestedDapr: env['DAPR_UNTESTED'] === 'yes',
    home,
    daprMirror: env['DAPR_MIRROR'] || undefined,
    proxy: readProxyConfig(env),
    cacheDir: join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'tocsin'),
    demoIntervalMs: env['DEMO_INTERVAL_MS'] || undefined,
    auth: readAuthConfig(env),
    publicAddress: readPublicAddress(env),
    mayOpenBrowser: !env['CI'] && env['BROWSER'] !== 'none' && hasDisplay(env),
  };
}

/** Reads the settings for each Redis from `env`, but uses `host` as REDIS_HOST. The default port is 6379. */
function readRedis(env: Env, host: string, source = 'REDIS_HOST'): RedisParts {
  const addresses = host.split(',').map((address) => addressText(splitHost(address, source)));
  try {
    return readRedisParts({ ...env, REDIS_HOST: addresses.join(',') });
  } catch (error) {
    throw error instanceof ConfigError ? new Failure(error.message) : error;
  }
}

const readProxyConfig = (env: Env): ProxyConfig => ({
  httpProxy: env['http_proxy'] || env['HTTP_PROXY'] || '',
  httpsProxy: env['https_proxy'] || env['HTTPS_PROXY'] || '',
  noProxy: env['no_proxy'] || env['NO_PROXY'] || '',
});

export const readPublicAddress = (env: Env = process.env): PublicAddress => ({
  address: env['TOCSIN_ADDRESS'] || '127.0.0.1',
  allowInsecure: env['TOCSIN_INSECURE'] === 'yes',
});

/** Reads the settings for tokens and keys. Uses the same defaults as the bff. */
export const readAuthConfig = (env: Env = process.env): AuthConfig => ({
  mode: env['AUTH_MODE'] === 'jwt' ? 'jwt' : 'none',
  hasIssuer: Boolean(env['JWT_JWKS_URL']),
  secret: env['JWT_SECRET'] || undefined,
  internalSecret: env['NOTIFICATION_SECRETS_internal'] || undefined,
  issuer: env['JWT_ISSUER'] || 'tocsin',
  audience: env['JWT_AUDIENCE'] || 'tocsin',
  apiKeys: env['API_KEYS'] === 'on',
  channelSecrets: Object.fromEntries(
    CHANNEL_SECRETS.flatMap((name) => {
      const value = env[name];
      return value ? [[name, value]] : [];
    }),
  ),
});

const CHANNEL_SECRETS = ['smtp', 'dkim', 'vapid', 'webhook'].map((name) => `NOTIFICATION_SECRETS_${name}`);

const AFFECTS_APPS =
  /^(DAPR_|APP_API_TOKEN$|REDIS_|PORT$|PUBLIC_HOST$|INTERNAL_|DEMO_INTERVAL_MS$|BROADCASTER$|NODE_OPTIONS$|AUTH_MODE$|JWT_|OPS_TOKEN$|PUBLISHED_ON$|API_KEYS(_FILE)?$|ALLOWED_ORIGINS$|NOTIFICATION_)/;

/** The caller's environment without the variables that would affect started applications or sidecars. */
export const cleanEnvironment = (env: Env = process.env): Record<string, string> => {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !AFFECTS_APPS.test(name)) variables[name] = value;
  }
  return variables;
};

/** The caller's environment, unchanged. */
export const hostEnvironment = (env: Env = process.env): Record<string, string> => {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) variables[name] = value;
  return variables;
};

/** The ports for `npm run dev`, and the interval between demo notifications (in ms, as text). */
export const readDevConfig = (env: Env = process.env) => ({
  page: env['DEV_PORT'] || '5173',
  bff: env['DEV_BFF_PORT'] || '4001',
  producer: env['DEV_PRODUCER_PORT'] || '4000',
  internal: env['DEV_INTERNAL_PORT'] || '4100',
  demo: env['DEMO_INTERVAL_MS'] || '1000',
});

/** The sidecar that the caller chose with DAPR_HTTP_PORT, and its token. */
export function readSidecarConfig(env: Env = process.env): {
  httpPort: number | undefined;
  token: string | undefined;
} {
  const port = env['DAPR_HTTP_PORT'];
  if (port && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new Failure(`Invalid DAPR_HTTP_PORT ${port}. Use a port from 1 to 65535.`);
  }
  return { httpPort: port ? Number(port) : undefined, token: env['DAPR_API_TOKEN'] || undefined };
}

/**
 * Settings of `npm run doctor`. Secrets come from the environment because process lists show command-line arguments.
 */
export interface DoctorConfig {
  /** REDIS_HOST, if set. */
  redisHost: string | undefined;
  /**
   * Returns each part's Redis, with `host` as REDIS_HOST. Errors mention `source`, the setting or option that `host`
   * comes from.
   * @throws Failure that lists invalid settings
   */
  redisAt: (host: string, source?: string) => RedisParts;
  daprApiToken: string | undefined;
  /** A reader's token. */
  token: string | undefined;
  /** A publisher's key. */
  apiKey: string | undefined;
}

export const readDoctorConfig = (env: Env = process.env): DoctorConfig => ({
  redisHost: env['REDIS_HOST'] || undefined,
  redisAt: (host, source) => readRedis(env, host, source),
  daprApiToken: env['DAPR_API_TOKEN'] || undefined,
  token: env['DOCTOR_TOKEN'] || undefined,
  apiKey: env['DOCTOR_API_KEY'] || undefined,
});
