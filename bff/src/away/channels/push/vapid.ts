import { createECDH } from 'node:crypto';
import webPush from 'web-push';
import { z } from 'zod';
import { faultsOf } from '@tocsin/contracts';

/** The key pair with which push services recognise us (RFC 8292), in base64url. Browsers get the public key. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

export interface Vapid extends VapidKeys {
  /** A `mailto:` or `https:` address, which operators of push services write to. */
  subject: string;
}

const PUBLIC_BYTES = 65;
const PRIVATE_BYTES = 32;

const keySchema = (bytes: number) =>
  z
    .string()
    .regex(/^[\w-]+$/, 'must be base64url without padding')
    .refine((key) => Buffer.from(key, 'base64url').length === bytes, `must have ${bytes} bytes`);

const subjectSchema = z
  .string()
  .max(200)
  .refine(
    (subject) => /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(subject) && URL.canParse(subject),
    'must be a mailto: or https: address',
  );

const keysSchema = z.strictObject({
  publicKey: keySchema(PUBLIC_BYTES),
  privateKey: keySchema(PRIVATE_BYTES),
});
const isPair = {
  test: ({ publicKey, privateKey }: VapidKeys) => publicOf(privateKey) === publicKey,
  path: ['publicKey'],
  message: 'is not the public key of privateKey',
};

export const vapidSchema = keysSchema.extend({ subject: subjectSchema }).refine(isPair.test, isPair);

/** Reads the secret `vapid`, which `npm run vapid` writes. @throws Error that lists all faults, without the private key */
export function readVapidKeys(secret: string): VapidKeys {
  let json: unknown;
  try {
    json = JSON.parse(secret);
  } catch {
    throw new Error('The secret vapid is not JSON. `npm run vapid` writes one.');
  }
  const keys = keysSchema.refine(isPair.test, isPair).safeParse(json);
  if (keys.success) return keys.data;
  const faults = faultsOf(keys.error).map(({ path, message }) => `\n  ${path}: ${message}`);
  throw new Error(`The secret vapid can't be used. \`npm run vapid\` writes one:${faults.join('')}`);
}

/** A new key pair. */
export const newVapidKeys = (): VapidKeys => keysSchema.parse(webPush.generateVAPIDKeys());

function publicOf(privateKey: string): string | undefined {
  try {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return curve.getPublicKey('base64url');
  } catch {
    return undefined;
  }
}
