import { UnknownMasterError } from './find-master.ts';
import type { RedisTarget } from './target.ts';

/** Why a connection to Redis failed, and what to do. Both are sentences' parts for messages. */
export interface RedisFault {
  /** A sentence without its subject, the Redis: `rejects the login (…)`. */
  what: string;
  /** A whole sentence. */
  remedy: string;
}

interface Cause {
  /** Only for connections with TLS. */
  withTls?: boolean;
  /** Matches the code and the message of an error. */
  pattern: RegExp;
  what: string;
  remedy: (target: RedisTarget) => string;
}

const CAUSES: readonly Cause[] = [
  {
    pattern: /CERT_HAS_EXPIRED|certificate has expired/,
    what: 'has an expired certificate',
    remedy: () => 'Renew the certificate of Redis, and check the clock of this machine.',
  },
  {
    pattern: /CERT_NOT_YET_VALID/,
    what: 'has a certificate that is not valid yet',
    remedy: () => 'Check the clock of this machine and the start date of the certificate.',
  },
  {
    pattern: /ALTNAME_INVALID/,
    what: 'has a certificate for other names',
    remedy: () =>
      'Connect by a name in the certificate (REDIS_HOST), or add this name to its subject alternative names.',
  },
  {
    pattern: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)|self-signed/,
    what: 'has a certificate of an unknown CA',
    remedy: ({ tls }) =>
      tls?.ca
        ? 'REDIS_CA_FILE holds another CA. Set it to the CA that signed the certificate of Redis.'
        : 'Set REDIS_CA_FILE to the PEM file of the CA that signed it.',
  },
  {
    pattern: /CERTIFICATE_EXPIRED|alert certificate expired/,
    what: 'refuses our client certificate, which has expired',
    remedy: () => 'Renew the certificate of REDIS_CERT_FILE.',
  },
  {
    pattern: /ALERT_UNKNOWN_CA|alert unknown ca|BAD_CERTIFICATE|alert bad certificate|DECRYPT_ERROR/,
    what: 'refuses our client certificate',
    remedy: () =>
      'Set REDIS_CERT_FILE and REDIS_KEY_FILE to a certificate of a CA that Redis trusts (its `tls-ca-cert-file`).',
  },
  {
    pattern: /CERTIFICATE_REQUIRED|alert certificate required|HANDSHAKE_FAILURE/,
    what: 'requires a client certificate',
    remedy: () => 'Set REDIS_CERT_FILE and REDIS_KEY_FILE, or `tls-auth-clients no` in Redis.',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|wrong version number|before secure TLS connection|packet length too long/,
    what: 'does not speak TLS at this port',
    remedy: () => 'Give its TLS port (`tls-port`) in REDIS_HOST, or set REDIS_TLS=false.',
  },
  {
    // A Redis without TLS waits for the end of what it takes for a command.
    withTls: true,
    pattern: /Connection timeout/,
    what: 'does not finish the TLS handshake',
    remedy: () =>
      'Give its TLS port (`tls-port`) in REDIS_HOST, or set REDIS_TLS=false. Otherwise it is overloaded.',
  },
  {
    pattern: /NOAUTH|WRONGPASS|invalid username-password|AUTH/,
    what: 'rejects the login',
    remedy: ({ sentinel }) =>
      `Set REDIS_USERNAME and REDIS_PASSWORD to its user and password${sentinel ? ' (at the Sentinels: REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD)' : ''}.`,
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    what: 'has an unknown host name',
    remedy: () => 'Correct REDIS_HOST.',
  },
  {
    pattern: /Socket closed unexpectedly|ECONNRESET|EPIPE/,
    what: 'closes the connection',
    remedy: ({ tls }) =>
      tls
        ? 'See the log of Redis: it refuses our certificate, or this port does not speak TLS.'
        : 'If Redis expects TLS at this port, set REDIS_TLS=true. Otherwise see the log of Redis.',
  },
];

/** The cause of a failed connection in words, or `undefined` if it has no special remedy, such as a Redis that is down. */
export function explainRedisFault(error: unknown, target: RedisTarget): RedisFault | undefined {
  if (error instanceof UnknownMasterError) {
    const known = error.known.length > 0 ? `one of: ${error.known.join(', ')}` : 'a name that they watch';
    return { what: `has no such master: ${error.message}`, remedy: `Set REDIS_MASTER to ${known}.` };
  }
  const text = textOf(error);
  const cause = CAUSES.find(
    ({ pattern, withTls }) => pattern.test(text) && (!withTls || target.tls !== undefined),
  );
  return cause && { what: `${cause.what} (${messageOf(error)})`, remedy: cause.remedy(target) };
}

/** OpenSSL's `reason` is the part of its long message that people can read. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

const textOf = (error: unknown): string =>
  error instanceof Error
    ? `${'code' in error ? String(error.code) : ''} ${error.message} ${error.cause === undefined ? '' : textOf(error.cause)}`
    : String(error);
