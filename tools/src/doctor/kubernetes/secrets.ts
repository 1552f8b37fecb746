import type { RedisTarget } from '@tocsin/service/redis';
import { z } from 'zod';
import type { Kubectl } from '../../deploy/cluster/kubectl.ts';
import { splitHost } from '../../net/split-host.ts';

const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

export interface ClusterSecrets {
  redis: RedisTarget;
  daprApiToken: string | undefined;
}

/** The host name of the Redis that `npm run deploy` runs in the namespace. */
export const OWN_REDIS = 'redis';

/**
 * Reads the Redis address and password, and the sidecars' token.
 * @throws Failure if the Secrets can't be read
 */
export async function readSecrets(kubectl: Kubectl, namespace: string): Promise<ClusterSecrets> {
  const read = async (name: string): Promise<(key: string) => string | undefined> => {
    const secret = await kubectl.get(secretSchema, ['secret', name, '-n', namespace]);
    return (key) => {
      const value = secret?.data[key];
      return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
    };
  };
  const [redis, operator, token] = await Promise.all([
    read('redis'),
    read('redis-operator'),
    read('dapr-api-token'),
  ]);
  return { redis: targetOf(redis, operator('PASSWORD')), daprApiToken: token('token') };
}

function targetOf(
  secret: (key: string) => string | undefined,
  operatorPassword: string | undefined,
): RedisTarget {
  const addresses = (secret('HOST') ?? OWN_REDIS)
    .split(',')
    .map((address) => splitHost(address, 'HOST in the redis Secret'));
  // Only our own Redis has the `operator` user. In an external Redis, use the configured user, even though it may have
  // fewer permissions.
  const isOurs = addresses[0]?.host === OWN_REDIS && operatorPassword !== undefined;
  const isOn = (key: string): boolean => secret(key) === 'true';
  return {
    addresses,
    username: isOurs ? 'operator' : secret('USERNAME'),
    password: isOurs ? operatorPassword : secret('PASSWORD'),
    ...(isOn('TLS') && { tls: { ca: secret('CA'), cert: secret('CERT'), key: secret('KEY') } }),
    ...(isOn('CLUSTER') && { cluster: true }),
    ...(isOn('SENTINEL') && {
      sentinel: {
        master: secret('MASTER') ?? 'mymaster',
        username: secret('SENTINEL_USERNAME'),
        password: secret('SENTINEL_PASSWORD'),
      },
    }),
  };
}
