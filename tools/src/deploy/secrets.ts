import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './cluster/kubectl.ts';

const secret = () => randomBytes(32).toString('base64url');

const OWN_REDIS = 'redis:6379';
/** The applications' Redis user in k8s/base/redis-users.acl. */
const REDIS_USER = 'tocsin';

/** Generates content for all Secrets that the manifests refer to. */
export const newSecrets = (): Record<string, Record<string, string>> => ({
  redis: { HOST: OWN_REDIS, USERNAME: REDIS_USER, PASSWORD: secret() },
  /** The password of the `operator` Redis user, for operators and the doctor. */
  'redis-operator': { PASSWORD: secret() },
  'dapr-api-token': { token: secret() },
  'app-api-token': { token: secret() },
  /** The secret that signs tokens with AUTH_MODE=jwt. */
  jwt: { jwt: secret() },
  /** The secret that the bffs use to sign calls to each other and to the producer. */
  internal: { internal: secret() },
  /** The token for the operations page with AUTH_MODE=none. */
  ops: { token: secret() },
});

const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** Creates missing Secrets. Existing Secrets stay unchanged. */
export async function makeSecrets(kubectl: Kubectl, namespace: string, say: Say): Promise<void> {
  const created: string[] = [];
  for (const [name, data] of Object.entries(newSecrets())) {
    const existing = await kubectl.get(secretSchema, ['secret', name, '-n', namespace]);
    if (existing && name === 'redis') await addRedisUsername(kubectl, namespace, existing.data, say);
    if (existing) continue;
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data };
    await kubectl.text(['create', '-f', '-'], JSON.stringify(manifest));
    created.push(name);
  }
  say(
    created.length > 0
      ? `Secrets created: ${created.join(', ')}`
      : 'Secrets: all already exist, left unchanged',
  );
}

/**
 * Adds the user name to a `redis` Secret that Tocsin 0.1.0 created without one. Uses our user for our own Redis, and
 * `default` for an external Redis.
 */
async function addRedisUsername(
  kubectl: Kubectl,
  namespace: string,
  data: Record<string, string>,
  say: Say,
): Promise<void> {
  if (data['USERNAME'] !== undefined) return;
  const host = Buffer.from(data['HOST'] ?? '', 'base64').toString();
  const USERNAME = host === OWN_REDIS ? REDIS_USER : 'default';
  const patch = JSON.stringify({ stringData: { USERNAME } });
  await kubectl.text(['patch', 'secret', 'redis', '-n', namespace, '--type', 'merge', '-p', patch]);
  say(`Secret redis: added the missing USERNAME ${USERNAME}`);
}
