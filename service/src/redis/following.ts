import type { RedisClient } from './client.ts';

/** A client that switches servers over time and sends each command to the right server. */
export interface FollowingClient {
  /** Calls a node-redis method with these arguments on the right server. */
  command(name: string, args: unknown[]): Promise<unknown>;
  /** A new client for the same target. Commands wait until a server is connected. */
  createDuplicate(): FollowingClient;
}

/** Methods that subscribe. Their calls must be repeated after each switch to another server. */
export const SUBSCRIBING: ReadonlySet<string> = new Set(['subscribe', 'pSubscribe', 'sSubscribe']);

/** A client with node-redis's methods. Calls to methods that `following` lacks go to `following.command`. */
export function clientOver(following: FollowingClient): RedisClient {
  return new Proxy(following, {
    get(_, name) {
      if (name === 'duplicate') return () => clientOver(following.createDuplicate());
      const member: unknown = Reflect.get(following, name, following);
      if (typeof member === 'function') return member.bind(following) as unknown;
      if (member !== undefined || typeof name === 'symbol' || name === 'then') return member;
      return (...args: unknown[]) => following.command(name, args);
    },
  }) as unknown as RedisClient;
}

type Method = (...args: unknown[]) => Promise<unknown>;

export const callOn = (client: RedisClient, name: string, args: unknown[]): Promise<unknown> =>
  (Reflect.get(client, name) as Method).apply(client, args);
