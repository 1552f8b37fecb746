import { createPrivateKey } from 'node:crypto';
import { createTransport } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import type { AwayMessage } from '../channel.ts';
import type { RenderedMessage } from '../../templates/templates.ts';
import type { Dkim, EmailOptions } from './options.ts';

/** An RFC 5322 message and the SMTP envelope. */
export interface Mail {
  from: string;
  to: string;
  /** Lines end with CRLF. */
  raw: Buffer;
}

export type Compose = (message: AwayMessage, to: string, rendered: RenderedMessage) => Promise<Mail>;

const DOMAIN = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i;
const SELECTOR = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;

/**
 * Creates the function that composes e-mails. Nodemailer encodes and folds all headers, so content can't inject any. If
 * `from` or `dkim` is invalid, adds the errors to `faults` and returns `undefined`.
 */
export function createComposer(
  { from, dkim }: Pick<EmailOptions, 'from' | 'dkim'>,
  faults: string[],
): Compose | undefined {
  const sender = senderOf(from);
  if (!sender) faults.push('from: must be one address, such as Shop <no-reply@shop.example>');
  if (dkim) faults.push(...faultsOfDkim(dkim));
  if (!sender || faults.length > 0) return undefined;

  const composer = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim && {
      // Nodemailer also signs List-Unsubscribe and List-Unsubscribe-Post by default, as RFC 8058 requires.
      dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey },
    }),
  });
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  return async ({ key, language, links }, to, { subject, text, html }) => {
    const { message } = await composer.sendMail({
      from: sender,
      to: { name: '', address: to },
      subject,
      text,
      html,
      // The same for all attempts, so mail servers and people can recognize duplicates.
      messageId: `<${key}@${domain}>`,
      list: { unsubscribe: { url: links.unsubscribe, comment: '' } },
      headers: {
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        // Prevents out-of-office replies.
        'Auto-Submitted': 'auto-generated',
        'Content-Language': language,
      },
    });
    if (!Buffer.isBuffer(message)) throw new Error('The e-mail could not be composed');
    return { from: sender.address, to, raw: message };
  };
}

function senderOf(from: string): { name: string; address: string } | undefined {
  const [sender, ...others] = addressparser(from, { flatten: true });
  const isOne = sender !== undefined && others.length === 0 && z.email().safeParse(sender.address).success;
  return isOne ? { name: sender.name, address: sender.address } : undefined;
}

function faultsOfDkim({ domain, selector, privateKey }: Dkim): string[] {
  const faults: string[] = [];
  if (!DOMAIN.test(domain)) faults.push('dkim.domain: must be a domain such as shop.example');
  if (!SELECTOR.test(selector)) faults.push('dkim.selector: must be a label such as tocsin-2026');
  if (!isRsaKey(privateKey))
    faults.push('dkim.privateKey: must be an RSA key in PEM (-----BEGIN PRIVATE KEY-----)');
  return faults;
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
