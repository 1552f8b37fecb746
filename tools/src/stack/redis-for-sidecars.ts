import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REDIS_PARTS, type RedisPart, type RedisParts, type RedisTarget } from '@tocsin/service/redis';
import { hostEnvironment } from '../config.ts';

/** Where daprd looks for public CAs if SSL_CERT_DIR isn't set. */
const SYSTEM_CAS = '/etc/ssl/certs';

/**
 * The environment variables that sidecars need in addition to `REDIS_HOST` etc. Applications read the certificates from
 * files, but Dapr's components take the client certificate and key as text, and need `redisType: cluster` for a Redis
 * Cluster. They have no setting for a CA. This function therefore writes the CA into a folder in `dir` and points
 * SSL_CERT_DIR to it. Sidecars still trust the public CAs.
 */
export function redisForSidecars(redis: RedisParts | undefined, dir: string): Record<string, string> {
  if (!redis) return {};
  const { broadcaster } = redis;
  const separate = Object.entries(REDIS_PARTS).filter(([part]) => redis[part as RedisPart] !== broadcaster);
  const all = [['REDIS_', broadcaster] as const].concat(
    separate.map(([part, prefix]) => [prefix as 'REDIS_', redis[part as RedisPart]] as const),
  );
  const cas = [...new Set(all.flatMap(([, { tls }]) => tls?.ca ?? []))];
  return {
    ...Object.fromEntries(all.flatMap(([prefix, target]) => Object.entries(variablesOf(prefix, target)))),
    ...(cas.length > 0 && {
      SSL_CERT_DIR: `${folderOf(cas, dir)}:${hostEnvironment()['SSL_CERT_DIR'] || SYSTEM_CAS}`,
    }),
  };
}

const variablesOf = (prefix: string, { tls, cluster }: RedisTarget): Record<string, string> => ({
  ...(cluster && { [`${prefix}TYPE`]: 'cluster' }),
  ...(tls?.cert !== undefined && { [`${prefix}CERT`]: tls.cert }),
  ...(tls?.key !== undefined && { [`${prefix}KEY`]: tls.key }),
});

function folderOf(cas: readonly string[], dir: string): string {
  const folder = join(dir, 'redis-ca');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ca.crt'), cas.join('\n'));
  return folder;
}
