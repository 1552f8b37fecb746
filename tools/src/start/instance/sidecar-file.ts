import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const sidecarFile = (dataDir: string): string => join(dataDir, 'sidecar.json');

const noteSchema = z.object({
  /** HTTP port of a sidecar of the bff. */
  port: z.int(),
  /** HTTP port of a sidecar of the producer. */
  producerPort: z.int().optional(),
  /** The token of all sidecars. */
  token: z.string(),
  /** The address of its Redis, as host:port. */
  redis: z.string().optional(),
});
export type SidecarNote = z.infer<typeof noteSchema>;

/**
 * Notes where a sidecar of the bff and Redis listen and which token the sidecars want, for the other commands of the
 * same user. The answer takes the note away.
 */
export function noteSidecar(dataDir: string, note: SidecarNote): () => void {
  const file = sidecarFile(dataDir);
  writeFileSync(file, JSON.stringify(note), { mode: 0o600 });
  chmodSync(file, 0o600);
  return () => rmSync(file, { force: true });
}

/** The notes of the `npm start` of this data folder; `undefined` if none runs. */
export function readSidecarNote(dataDir: string): SidecarNote | undefined {
  const file = sidecarFile(dataDir);
  return existsSync(file) ? noteSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
