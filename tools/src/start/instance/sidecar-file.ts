import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const sidecarFile = (dataDir: string): string => join(dataDir, 'sidecar.json');

const infoSchema = z.object({
  /** A bff sidecar's HTTP port. */
  port: z.int(),
  /** A producer sidecar's HTTP port. */
  producerPort: z.int().optional(),
  token: z.string(),
  /** Redis's address as host:port. */
  redis: z.string().optional(),
  /** The host name for connecting to the public ports from this machine. */
  publicHost: z.string().optional(),
});
export type SidecarInfo = z.infer<typeof infoSchema>;

/**
 * Saves the sidecars' ports and token, the Redis address and the public host, for other commands run by the same user.
 * Returns a function that removes the file.
 */
export function writeSidecarInfo(dataDir: string, info: SidecarInfo): () => void {
  const file = sidecarFile(dataDir);
  writeFileSync(file, JSON.stringify(info), { mode: 0o600 });
  chmodSync(file, 0o600);
  return () => rmSync(file, { force: true });
}

/** The info that the `npm start` with this data folder saved, or `undefined` if it isn't running. */
export function readSidecarInfo(dataDir: string): SidecarInfo | undefined {
  const file = sidecarFile(dataDir);
  return existsSync(file) ? infoSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
