import ipaddr from 'ipaddr.js';
import type { EmailOptions } from './options.ts';

export interface SmtpServer {
  host: string;
  port: number;
  /** Use TLS from the start. */
  secure: boolean;
  requireTls: boolean;
  auth?: { user: string; pass: string };
}

const SCHEMES: Record<string, { secure: boolean; port: number }> = {
  'smtp:': { secure: false, port: 587 },
  'smtps:': { secure: true, port: 465 },
};

const URL_FORMAT = 'must be smtp://user:password@host:587 or smtps://user:password@host:465';

/**
 * Parses an SMTP server URL. If it's invalid, adds errors to `faults` and returns `undefined`. The errors never contain
 * the password.
 */
export function serverOf(
  { url, requireTls }: Pick<EmailOptions, 'url' | 'requireTls'>,
  faults: string[],
): SmtpServer | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parsed && SCHEMES[parsed.protocol];
  const hasOnlyOrigin = parsed && /^\/?$/.test(parsed.pathname) && parsed.search === '' && parsed.hash === '';
  if (!scheme || !hasOnlyOrigin || parsed.hostname === '') {
    faults.push(`url: ${URL_FORMAT}`);
    return undefined;
  }
  const user = decoded(parsed.username);
  const pass = decoded(parsed.password);
  if (user === undefined || pass === undefined || (user === '') !== (pass === '')) {
    faults.push(
      'url: must have both a user and a password, or neither; percent-encode special characters, such as % as %25',
    );
    return undefined;
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: parsed.port === '' ? scheme.port : Number(parsed.port),
    secure: scheme.secure,
    requireTls: requireTls ?? (user !== '' && !isThisMachine(host)),
    ...(user !== '' && { auth: { user, pass } }),
  };
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback');

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
