import { readSidecarConfig } from '../../config.ts';
import { Failure } from '../../failure.ts';
import { DATA_DIR } from '../../paths.ts';
import { readSidecarInfo } from './sidecar-file.ts';

/**
 * The bff sidecar on DAPR_HTTP_PORT, or else a bff sidecar started by `npm start` in this folder.
 * @throws Failure if there is neither
 */
export function chooseSidecar(): { httpPort: number; token: string | undefined } {
  const { httpPort, token } = readSidecarConfig();
  if (httpPort !== undefined) return { httpPort, token };
  const info = readSidecarInfo(DATA_DIR);
  if (!info) {
    throw new Failure(
      'Tocsin is not running in this folder. Run `npm start`, or set DAPR_HTTP_PORT (and DAPR_API_TOKEN) to a bff sidecar’s values.',
    );
  }
  return { httpPort: info.port, token: info.token };
}
