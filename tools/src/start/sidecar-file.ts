import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const sidecarFile = (dataDir: string): string => join(dataDir, 'sidecar.json');

/**
 * Notes where a sidecar of the bff listens and which token it wants, for the other commands of the same user. The
 * answer takes the note away.
 */
export function noteSidecar(dataDir: string, port: number, token: string): () => void {
  const file = sidecarFile(dataDir);
  writeFileSync(file, JSON.stringify({ port, token }), { mode: 0o600 });
  chmodSync(file, 0o600);
  return () => rmSync(file, { force: true });
}
