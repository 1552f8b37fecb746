import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  closeServer,
  createBoundedServer,
  createLogger,
  errorHandler,
  healthRoutes,
  listen,
  notFound,
  pageHeaders,
  pageRoutes,
  type RunningApp,
} from '@tocsin/service';
import express from 'express';
import type { UiConfig } from './config.ts';

const IDLE_MS = 60_000;
/** This limit is enough because browsers cache the few files that this server serves. */
const MAX_CONNECTIONS = 10_000;

/** This relative path works both from ui/src/server and from the bundle in ui/server/dist. */
const BUILT_PAGES = fileURLToPath(new URL('../../dist', import.meta.url));

/**
 * Serves the built pages with the same routes and headers as the bff. Runs behind a proxy that routes /app and /hubs
 * elsewhere. Resolves when the port is open.
 */
export async function startUi(config: UiConfig): Promise<RunningApp> {
  const log = createLogger('ui', config.LOG_LEVEL);
  const uiDist = config.UI_DIST ?? BUILT_PAGES;
  const app = express();
  app.disable('x-powered-by');
  app.use(pageHeaders({ connectTo: config.AZURE_ENDPOINT, images: config.ICON_ORIGINS }));
  app.use(healthRoutes({ ready: () => access(join(uiDist, 'index.html')) }));
  const negotiate = config.AZURE_ENDPOINT !== undefined;
  app.use(pageRoutes(uiDist, { negotiate, iconOrigins: config.ICON_ORIGINS }));
  app.use(notFound);
  app.use(errorHandler(log));
  const server = createBoundedServer(app, { idleTimeoutMs: IDLE_MS, maxConnections: MAX_CONNECTIONS });
  await listen(server, config.PORT, config.PUBLIC_HOST, log);
  log.info({ port: config.PORT }, 'listening');
  return {
    async stop() {
      log.info('stopping');
      await closeServer(server);
      log.info('stopped');
    },
  };
}
