import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Say } from '../setup/say.ts';
import type { Kubectl } from './kubectl.ts';

const secret = () => randomBytes(32).toString('base64url');

/** The Secrets that the manifests refer to, and what is in them when nobody has made them. */
export const newSecrets = (): Record<string, Record<string, string>> => ({
  redis: { HOST: 'redis:6379', PASSWORD: secret() },
  'dapr-api-token': { token: secret() },
  'app-api-token': { token: secret() },
  /** For AUTH_MODE=jwt. */
  jwt: { jwt: secret() },
});

const nameSchema = z.object({ metadata: z.object({ name: z.string() }) });

/** Makes the Secrets that are not there yet; those that are stay as they are. */
export async function makeSecrets(kubectl: Kubectl, namespace: string, say: Say): Promise<void> {
  const made: string[] = [];
  for (const [name, data] of Object.entries(newSecrets())) {
    const there = await kubectl.get(nameSchema, ['secret', name, '-n', namespace]);
    if (there) continue;
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data };
    await kubectl.text(['create', '-f', '-'], JSON.stringify(manifest));
    made.push(name);
  }
  say(made.length > 0 ? `Secrets made: ${made.join(', ')}` : 'Secrets: all there, left as they are');
}
