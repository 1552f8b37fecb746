import { createECDH } from 'node:crypto';
import webPush from 'web-push';
import { z } from 'zod';
import { faultsOf } from '@tocsin/contracts';

/** Our contact address, and the key pair that identifies us to push services (RFC 8292). Keys are base64url. */
export interface Vapid {
  /** A `mailto:` or `https:` address where push service operators can contact us. */
  subject: string;
  publicKey: string;
  privateKey: string;
}

const PUBLIC_BYTES = 65;
const PRIVATE_BYTES = 32;

const keySchema = (bytes: number) =>
  z
    .string()
    .regex(/^[\w-]+$/, 'must be base64url without padding')
    .refine((key) => Buffer.from(key, 'base64url').length === bytes, `must have ${bytes} bytes`);

export const subjectSchema = z
  .string()
  .max(200)
  .refine(
    (subject) => /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(subject) && URL.canParse(subject),
    'must be a mailto: or https: address',
  );

/** The `vapid` secret, in the format that `npm run vapid` writes. */
export const vapidSchema = z
  .strictObject({
    subject: subjectSchema,
    publicKey: keySchema(PUBLIC_BYTES),
    privateKey: keySchema(PRIVATE_BYTES),
  })
  .refine(({ publicKey, privateKey }) => publicOf(privateKey) === publicKey, {
    path: ['publicKey'],
    message: 'does not match privateKey',
  });

/** Reads the `vapid` secret. @throws Error that lists all errors, without the private key */
export function readVapid(secret: string): Vapid {
  let json: unknown;
  try {
    json = JSON.parse(secret);
  } catch {
    throw new Error('The `vapid` secret is not valid JSON. Correct it.');
  }
  const vapid = vapidSchema.safeParse(json);
  if (vapid.success) return vapid.data;
  const faults = faultsOf(vapid.error).map(({ path, message }) => `\n  ${path}: ${message}`);
  throw new Error(`The \`vapid\` secret is invalid. Correct these errors:${faults.join('')}`);
}

/** Generates a key pair. @throws Error if the subject is not a `mailto:` or `https:` address */
export const newVapid = (subject: string): Vapid =>
  vapidSchema.parse({ subject, ...webPush.generateVAPIDKeys() });

function publicOf(privateKey: string): string | undefined {
  try {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return curve.getPublicKey('base64url');
  } catch {
    return undefined;
  }
}
