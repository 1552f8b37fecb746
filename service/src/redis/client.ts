import { createClient } from 'redis';
import type { RedisAddress, RedisTarget } from './target.ts';

type CreateOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** A client's options except address, TLS and user. */
export interface ClientOptions extends Pick<
  CreateOptions,
  'commandsQueueMaxLength' | 'pingInterval' | 'disableOfflineQueue'
> {
  /** In ms. */
  connectTimeout: number;
  /** Connections are closed after this much silence (ms). */
  socketTimeout: number;
  /** Returns the delay (ms) before the next attempt. `false` disables reconnecting. */
  reconnectStrategy: false | ((retries: number) => number);
}

/** Creates a client for a single Redis server or Sentinel, but doesn't connect it. */
export function clientAt(
  { host, port }: RedisAddress,
  { tls, username, password }: Pick<RedisTarget, 'tls' | 'username' | 'password'>,
  { connectTimeout, socketTimeout, reconnectStrategy, ...others }: ClientOptions,
) {
  const socket = { host, port, connectTimeout, socketTimeout, reconnectStrategy };
  return createClient({
    socket: tls ? { ...socket, tls: true, ...withoutUndefined(tls) } : socket,
    ...(username && { username }),
    ...(password && { password }),
    ...others,
  });
}

export type RedisClient = ReturnType<typeof clientAt>;

/** Removes undefined members since Node treats `ca: undefined` differently from a missing `ca`. */
const withoutUndefined = (
  tls: NonNullable<RedisTarget['tls']>,
): { ca?: string; cert?: string; key?: string } =>
  Object.fromEntries(Object.entries(tls).filter(([, pem]) => pem !== undefined));
