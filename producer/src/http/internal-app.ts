import express, { type Express } from 'express';
import { VERSION, dataHeaders, errorHandler, notFound, requireApiToken } from '@tocsin/service';
import type { Schedules } from '../schedule/index.ts';
import { changeRoutes } from './changes.ts';
import { eventRoutes, type EventRoutesOptions } from './events.ts';
import { jobRoutes } from './jobs.ts';
import { notificationRoutes, type NotificationRoutesOptions } from './notifications.ts';
import { countProblems } from './public-app.ts';

export interface InternalAppOptions extends NotificationRoutesOptions, Omit<EventRoutesOptions, 'intake'> {
  schedules: Pick<Schedules, 'takeOver'>;
  /** What the sidecar shows on all but `/healthz`. */
  token: string | undefined;
  /** Told the code of each problem that is answered. */
  onProblem: (code: string) => void;
}

/** What the producer serves to its sidecar: the health probe, and for service invocation all that changes feeds,
 * events of the open topic, and what Dapr's scheduler hands over. */
export function internalApp({ token, onProblem, schedules, ...routes }: InternalAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(dataHeaders());
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive', version: VERSION });
  });
  app.use(requireApiToken(token));
  app.use(['/notifications', '/feeds'], countProblems(onProblem));
  app.use(notificationRoutes(routes));
  app.use(changeRoutes(routes));
  app.use(jobRoutes(schedules, routes.log));
  app.use(eventRoutes(routes));
  app.use(notFound);
  app.use(errorHandler(routes.log));
  return app;
}
