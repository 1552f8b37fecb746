import { z } from 'zod';
import type { Kubectl } from '../../deploy/cluster/kubectl.ts';
import { splitHost } from '../../start/services.ts';

const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

export interface ClusterSecrets {
  redis: { host: string; port: number; username: string | undefined; password: string | undefined };
  daprApiToken: string | undefined;
}

/** The host that `npm run deploy` uses for its own Redis in the namespace. */
export const OWN_REDIS = 'redis';

/**
 * The address of Redis, its password and the sidecars' token. @throws Failure if the Secrets may not be read
 */
export async function readSecrets(kubectl: Kubectl, namespace: string): Promise<ClusterSecrets> {
  const read = async (name: string, key: string): Promise<string | undefined> => {
    const secret = await kubectl.get(secretSchema, ['secret', name, '-n', namespace]);
    const value = secret?.data[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  };
  const [host, username, password, operatorPassword, daprApiToken] = await Promise.all([
    read('redis', 'HOST'),
    read('redis', 'USERNAME'),
    read('redis', 'PASSWORD'),
    read('redis-operator', 'PASSWORD'),
    read('dapr-api-token', 'token'),
  ]);
  const place = splitHost(host ?? OWN_REDIS, 'HOST of the Secret redis');
  // Our user `operator` does not exist in an external Redis, whose user may have fewer rights.
  const isOurs = place.host === OWN_REDIS && operatorPassword !== undefined;
  const user = isOurs ? { username: 'operator', password: operatorPassword } : { username, password };
  return { redis: { ...place, ...user }, daprApiToken };
}
