import type { RedisSettings } from './settings.ts';

export interface RedisAddress {
  host: string;
  port: number;
}

/** How to connect to a Redis server, directly or through Sentinels, or to a Redis Cluster. */
export interface RedisTarget {
  /** The address of the Redis server, or the addresses of the Sentinels or of some cluster nodes. */
  addresses: readonly RedisAddress[];
  username?: string | undefined;
  password?: string | undefined;
  /** Contents of PEM files. Without `ca`, the public CAs are trusted. */
  tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined } | undefined;
  sentinel?: { master: string; username?: string | undefined; password?: string | undefined } | undefined;
  cluster?: boolean;
  /** Maps the address that cluster nodes report for a master to the address where it is reachable. */
  addressFor?: (master: RedisAddress) => RedisAddress;
}

/** Splits a comma-separated list of `host:port` and `[v6]:port`. */
export function addressesIn(text: string): RedisAddress[] {
  return text.split(',').map((address) => {
    const at = address.lastIndexOf(':');
    return { host: address.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(at + 1)) };
  });
}

export const redisTarget = (settings: RedisSettings): RedisTarget => ({
  addresses: addressesIn(settings.REDIS_HOST),
  username: settings.REDIS_USERNAME,
  password: settings.REDIS_PASSWORD,
  ...(settings.REDIS_TLS && {
    tls: {
      ca: settings.REDIS_CA_FILE,
      cert: settings.REDIS_CERT_FILE,
      key: settings.REDIS_KEY_FILE,
    },
  }),
  ...(settings.REDIS_SENTINEL && {
    sentinel: {
      master: settings.REDIS_MASTER,
      username: settings.REDIS_SENTINEL_USERNAME,
      password: settings.REDIS_SENTINEL_PASSWORD,
    },
  }),
  ...(settings.REDIS_CLUSTER && { cluster: true }),
});

/** Returns the target for a single Redis server at `host:port`, without TLS. */
export const plainTarget = (
  address: string,
  user: Pick<RedisTarget, 'username' | 'password'> = {},
): RedisTarget => ({ addresses: addressesIn(address), ...user });

/** `host:port`, as used in messages. */
export const addressText = ({ host, port }: RedisAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Names the target in messages: `localhost:6379`, `mymaster of the Sentinels a:1, b:1`, or `the cluster a:1, b:1`. */
export function targetText({ addresses, sentinel, cluster }: RedisTarget): string {
  const list = addresses.map(addressText).join(', ');
  if (cluster) return `the cluster ${list}`;
  return sentinel ? `${sentinel.master} of the Sentinels ${list}` : list;
}
