import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/**
 * Writes a configuration in `dir` with which only its sidecars find each other, in a file there. Without it
 * they ask the network (mDNS), where anyone may answer. Overwrites an earlier file. @returns the
 * configuration's path
 */
export function nameResolution(dir: string): string {
  const names = join(dir, 'names.db');
  mkdirSync(dir, { recursive: true });
  for (const end of ['', '-shm', '-wal']) rmSync(`${names}${end}`, { force: true });
  const configuration = {
    connectionString: names,
    // A sidecar that was held up finds its name still there: one that misses it would end itself.
    cleanupInterval: '0s',
    // A sidecar that says nothing for so long is not found.
    updateInterval: '10s',
    timeout: '5s',
    busyTimeout: '4s',
  };
  const path = join(dir, 'names.yaml');
  writeFileSync(
    path,
    stringify({
      apiVersion: 'dapr.io/v1alpha1',
      kind: 'Configuration',
      metadata: { name: 'tocsin' },
      spec: { nameResolution: { component: 'sqlite', version: 'v1', configuration } },
    }),
  );
  return path;
}
