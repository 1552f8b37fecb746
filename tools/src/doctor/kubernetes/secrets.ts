import { z } from 'zod';
import type { Kubectl } from '../../deploy/kubectl.ts';
import { splitHost } from '../../start/services.ts';

const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

export interface ClusterSecrets {
  redis: { host: string; port: number; password: string | undefined };
  daprApiToken: string | undefined;
}

/** The host that `npm run deploy` gives to the Redis of the namespace itself. */
export const OWN_REDIS = 'redis';

/** Where Redis is and what it and the sidecars ask for. @throws Failure when they may not be read */
export async function readSecrets(kubectl: Kubectl, namespace: string): Promise<ClusterSecrets> {
  const read = async (name: string, key: string): Promise<string | undefined> => {
    const secret = await kubectl.get(secretSchema, ['secret', name, '-n', namespace]);
    const value = secret?.data[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  };
  const [host, password, daprApiToken] = await Promise.all([
    read('redis', 'HOST'),
    read('redis', 'PASSWORD'),
    read('dapr-api-token', 'token'),
  ]);
  return { redis: { ...splitHost(host ?? OWN_REDIS, 'HOST of the Secret redis'), password }, daprApiToken };
}
