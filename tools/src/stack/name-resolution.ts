import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/**
 * Writes a configuration to `dir` that makes sidecars register in a file in that folder, so that they find only each
 * other. Otherwise, they would query the network (mDNS), where anyone could respond. Removes earlier registrations.
 * @returns the path of the configuration
 */
export function nameResolution(dir: string): string {
  const names = join(dir, 'names.db');
  mkdirSync(dir, { recursive: true });
  for (const end of ['', '-shm', '-wal']) rmSync(`${names}${end}`, { force: true });
  const configuration = {
    connectionString: names,
    // Disables cleanup. Otherwise, a sidecar that was paused for a long time would exit if its registration was gone.
    cleanupInterval: '0s',
    // Registrations expire if they aren't renewed within this time.
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
