import { Webhook } from 'standardwebhooks';
import type { Channel } from '../channel.ts';
import { WEBHOOK } from '../traits.ts';
import { eventOf } from './event.ts';
import { sendThrough, type Invoke } from './invoke.ts';
import { wireJson } from './wire-json.ts';

export interface WebhookOptions {
  invoke: Invoke;
  /**
   * The secret shared with the receiver: `whsec_` and 24 to 64 bytes in base64. To rotate secrets, list several, one
   * per line. Each message is signed with all of them.
   */
  secret: string;
  /** The output binding of type `bindings.http`. Default `notification-webhook`. */
  binding?: string | undefined;
  now?: () => number;
}

const SECRET = /^whsec_[A-Za-z0-9+/]+={0,2}$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;
const MAX_SECRETS = 4;

/**
 * Creates a channel for a webhook, signed per Standard Webhooks (https://www.standardwebhooks.com). Repeatable because
 * `webhook-id` is the message key, and receivers must ignore ids that they have already processed.
 * @throws Error if the secret is invalid. The error doesn't quote the secret
 */
export function createWebhookChannel(options: WebhookOptions): Channel {
  const { invoke, secret, binding = 'notification-webhook', now = Date.now } = options;
  const signers = signersOf(secret);
  return {
    ...WEBHOOK,
    send: (message) =>
      sendThrough(() => {
        const event = eventOf(message);
        // Round down because the signature only covers whole seconds.
        const at = new Date(Math.floor(now() / 1000) * 1000);
        const body = wireJson(event);
        // `bindings.http` sends a metadata item as a header if the name begins with a capital letter.
        const metadata = {
          'Content-Type': 'application/json',
          'Webhook-Id': message.key,
          'Webhook-Timestamp': String(at.getTime() / 1000),
          'Webhook-Signature': signers.map((signer) => signer.sign(message.key, at, body)).join(' '),
        };
        return () => invoke(binding, 'post', event, metadata);
      }),
  };
}

function signersOf(secret: string): Webhook[] {
  const secrets = secret.split(/\r?\n/).filter((line) => line !== '');
  const isValid = (line: string) => {
    const { length } = Buffer.from(line.slice('whsec_'.length), 'base64');
    return SECRET.test(line) && length >= MIN_BYTES && length <= MAX_BYTES;
  };
  if (secrets.length === 0 || secrets.length > MAX_SECRETS || !secrets.every(isValid)) {
    throw new Error(
      `The webhook secret must have 1 to ${MAX_SECRETS} lines, each whsec_ followed by ${MIN_BYTES} to ${MAX_BYTES} ` +
        'bytes in base64. `echo "whsec_$(openssl rand -base64 32)"` prints one.',
    );
  }
  return secrets.map((line) => new Webhook(line));
}
