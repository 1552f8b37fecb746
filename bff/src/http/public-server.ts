import type { RequestListener, Server } from 'node:http';
import { createBoundedServer, type ServerBounds } from '@tocsin/service';

/** Maximum total size of a request's headers. Enough for a 16 KiB token and a browser's other headers. */
const MAX_HEADER_BYTES = 32 * 1024;

export const createPublicServer = (
  app: RequestListener,
  bounds: Required<Omit<ServerBounds, 'maxHeaderBytes'>>,
): Server => createBoundedServer(app, { ...bounds, maxHeaderBytes: MAX_HEADER_BYTES });
