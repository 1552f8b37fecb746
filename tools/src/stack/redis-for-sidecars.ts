import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisTarget } from '@tocsin/service/redis';
import { hostEnvironment } from '../config.ts';

/** The folder where daprd finds public CAs if SSL_CERT_DIR is not set. */
const SYSTEM_CAS = '/etc/ssl/certs';

/**
 * The environment variables that sidecars need in addition to REDIS_HOST and so on, where applications read files:
 * Dapr's components take the client certificate as text. They have no setting for a CA, so Go reads it from a folder,
 * which is created in `dir`. The public CAs stay trusted.
 */
export function redisForSidecars(
  redis: Pick<RedisTarget, 'tls'> | undefined,
  dir: string,
): Record<string, string> {
  const { ca, cert, key } = redis?.tls ?? {};
  return {
    ...(cert !== undefined && { REDIS_CERT: cert }),
    ...(key !== undefined && { REDIS_KEY: key }),
    ...(ca !== undefined && {
      SSL_CERT_DIR: `${folderOf(ca, dir)}:${hostEnvironment()['SSL_CERT_DIR'] || SYSTEM_CAS}`,
    }),
  };
}

function folderOf(ca: string, dir: string): string {
  const folder = join(dir, 'redis-ca');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ca.crt'), ca);
  return folder;
}
