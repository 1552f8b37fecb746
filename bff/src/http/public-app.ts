import {
  errorHandler,
  healthRoutes,
  metricsRoutes,
  notFound,
  type Logger,
  type Registry,
} from '@tocsin/service';
import express, { type Express } from 'express';
import type { FeedViews } from '../recover/feed-views.ts';
import { notificationRoutes } from './notifications.ts';
import { pageRoutes } from './page-files.ts';

export interface PublicAppOptions {
  views: FeedViews;
  ready: () => Promise<void>;
  registry: Registry;
  /** Folder of the built page. */
  uiDist: string;
  now: () => number;
  log: Logger;
}

/** What browsers and probes see of an instance, besides the gateway. */
export function createPublicApp({ views, ready, registry, uiDist, now, log }: PublicAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(healthRoutes({ ready }));
  app.use(metricsRoutes(registry));
  app.use(notificationRoutes(views, now, log));
  app.use(pageRoutes(uiDist));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
