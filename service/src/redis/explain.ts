import { UnknownMasterError } from './find-master.ts';
import type { RedisTarget } from './target.ts';

/** Message parts that explain why a connection to Redis failed and how to fix it. */
export interface RedisFault {
  /** The end of a sentence whose subject is Redis, for example `rejects the login (…)`. */
  what: string;
  /** How to fix it, as a complete sentence. */
  remedy: string;
}

interface Cause {
  /** Whether the cause can occur only on connections with TLS. */
  withTls?: boolean;
  /** Matched against an error's code and message. */
  pattern: RegExp;
  what: string;
  remedy: (target: RedisTarget) => string;
}

const CAUSES: readonly Cause[] = [
  {
    pattern: /CERT_HAS_EXPIRED|certificate has expired/,
    what: 'has an expired certificate',
    remedy: () => "Renew the Redis certificate and check this machine's clock.",
  },
  {
    pattern: /CERT_NOT_YET_VALID/,
    what: 'has a certificate that is not valid yet',
    remedy: () => "Check this machine's clock and the certificate's start date.",
  },
  {
    pattern: /ALTNAME_INVALID/,
    what: 'has a certificate for a different host name',
    remedy: () =>
      "Set REDIS_HOST to a name in the certificate, or add the host in REDIS_HOST to the certificate's subject alternative names.",
  },
  {
    pattern: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)|self-signed/,
    what: 'has a certificate from an unknown CA',
    remedy: ({ tls }) =>
      tls?.ca
        ? 'REDIS_CA_FILE contains a different CA. Set it to the CA that signed the Redis certificate.'
        : 'Set REDIS_CA_FILE to the PEM file of the CA that signed it.',
  },
  {
    pattern: /CERTIFICATE_EXPIRED|alert certificate expired/,
    what: 'rejects our client certificate because it has expired',
    remedy: () => 'Renew the certificate in REDIS_CERT_FILE.',
  },
  {
    pattern: /ALERT_UNKNOWN_CA|alert unknown ca|BAD_CERTIFICATE|alert bad certificate|DECRYPT_ERROR/,
    what: 'rejects our client certificate',
    remedy: () =>
      'Set REDIS_CERT_FILE to a certificate from a CA that Redis trusts (its `tls-ca-cert-file`), and REDIS_KEY_FILE to its key.',
  },
  {
    pattern: /CERTIFICATE_REQUIRED|alert certificate required|HANDSHAKE_FAILURE/,
    what: 'requires a client certificate',
    remedy: () => 'Set REDIS_CERT_FILE and REDIS_KEY_FILE, or set `tls-auth-clients no` in Redis.',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|wrong version number|before secure TLS connection|packet length too long/,
    what: 'does not use TLS on this port',
    remedy: () => 'Point REDIS_HOST at the TLS port (`tls-port`), or set REDIS_TLS=false.',
  },
  {
    // A Redis server without TLS mistakes the handshake for an incomplete command and keeps waiting.
    withTls: true,
    pattern: /Connection timeout/,
    what: 'does not complete the TLS handshake',
    remedy: () =>
      'Point REDIS_HOST at the TLS port (`tls-port`), or set REDIS_TLS=false. If both are correct, Redis is overloaded.',
  },
  {
    pattern: /MOVED \d/,
    what: 'is a node of a Redis Cluster',
    remedy: () =>
      'Set REDIS_CLUSTER=true, and REDIS_TYPE=cluster for sidecars that `npm start` does not start.',
  },
  {
    pattern: /cluster support disabled/,
    what: 'is not a node of a Redis Cluster',
    remedy: () => 'Set REDIS_CLUSTER=false, or correct REDIS_HOST.',
  },
  {
    pattern: /cluster_down|CLUSTERDOWN/,
    what: 'is a Redis Cluster that is down',
    remedy: () =>
      'Check `redis-cli cluster info` and `cluster nodes`, and make sure that every slot has a reachable master.',
  },
  {
    pattern: /NOAUTH|WRONGPASS|invalid username-password|AUTH/,
    what: 'rejects the login',
    remedy: ({ sentinel }) =>
      `Set REDIS_USERNAME and REDIS_PASSWORD to a valid user and password${sentinel ? ' (for the Sentinels: REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD)' : ''}.`,
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
        ? 'Check the Redis log: either Redis rejects our certificate, or this port does not use TLS.'
        : 'If Redis expects TLS on this port, set REDIS_TLS=true. Otherwise check the Redis log.',
  },
];

/**
 * Explains why a connection failed. Returns `undefined` for errors without a specific remedy, for example when Redis is
 * down.
 */
export function explainRedisFault(error: unknown, target: RedisTarget): RedisFault | undefined {
  if (error instanceof UnknownMasterError) {
    const knownNames =
      error.known.length > 0 ? `one of: ${error.known.join(', ')}` : 'a name that they monitor';
    return { what: `has no such master: ${error.message}`, remedy: `Set REDIS_MASTER to ${knownNames}.` };
  }
  const text = textOf(error);
  const cause = CAUSES.find(
    ({ pattern, withTls }) => pattern.test(text) && (!withTls || target.tls !== undefined),
  );
  return cause && { what: `${cause.what} (${messageOf(error)})`, remedy: cause.remedy(target) };
}

/** Returns an error's message. For an error from OpenSSL, returns `reason`, the readable part of the long message. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

const textOf = (error: unknown): string =>
  error instanceof Error
    ? `${'code' in error ? String(error.code) : ''} ${error.message} ${error.cause === undefined ? '' : textOf(error.cause)}`
    : String(error);
