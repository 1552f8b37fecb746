import { readSidecarConfig } from '../../config.ts';
import { Failure } from '../../failure.ts';
import { DATA_DIR } from '../../paths.ts';
import { readSidecarNote } from './sidecar-file.ts';

/**
 * The bff sidecar on DAPR_HTTP_PORT, or else a bff sidecar started by `npm start` in this folder.
 * @throws Failure if there is neither
 */
export function whichSidecar(): { httpPort: number; token: string | undefined } {
  const { httpPort, token } = readSidecarConfig();
  if (httpPort !== undefined) return { httpPort, token };
  const note = readSidecarNote(DATA_DIR);
  if (!note) {
    throw new Failure(
      'Tocsin is not running in this folder. Run `npm start`, or set DAPR_HTTP_PORT (and DAPR_API_TOKEN) to a bff sidecar’s values.',
    );
  }
  return { httpPort: note.port, token: note.token };
}
