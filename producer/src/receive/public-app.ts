import express, { type Express, type RequestHandler } from 'express';
import {
  boundBodies,
  dataHeaders,
  errorHandler,
  healthRoutes,
  metricsRoutes,
  notFound,
  requireServedHost,
  type HostCheck,
  type AuditTrail,
  type BodyBudget,
  type Registry,
} from '@tocsin/service';
import type { Callers } from '../auth/callers.ts';
import { requireApiKey } from './callers/api-key.ts';
import { auditRefused, auditRequests } from './audit.ts';
import { changeRoutes } from './routes/changes.ts';
import { notificationRoutes, type NotificationRoutesOptions } from './routes/notifications.ts';
import { receiptRoutes, type ReceiptRoutesOptions } from './routes/receipts.ts';
import { openApiRoutes } from './openapi/openapi.ts';

export interface PublicAppOptions extends Omit<NotificationRoutesOptions, 'audit'>, ReceiptRoutesOptions {
  trail: Pick<AuditTrail, 'note'>;
  /** The known API keys. Omitted if API keys are off. */
  callers?: Callers | undefined;
  /** Decides which Host headers are accepted if API keys are off. */
  isServed: HostCheck;
  registry: Registry;
  /** Rejects if the producer isn't ready; the error gives the reason. */
  ready: () => Promise<void>;
  bodies: BodyBudget;
  onProblem: (code: string) => void;
}

export const countProblems =
  (onProblem: (code: string) => void): RequestHandler =>
  (_request, response, next) => {
    response.once('finish', () => {
      const code: unknown = response.locals.problemCode;
      if (typeof code === 'string') onProblem(code);
    });
    next();
  };

export function publicApp(options: PublicAppOptions): Express {
  const { callers, isServed, registry, ready, onProblem, trail, bodies, ...rest } = options;
  const routes = { ...rest, audit: auditRequests(trail, 'http') };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(dataHeaders());
  app.use(countProblems(onProblem));
  // Probes and Prometheus can use any host name since the responses contain no published data.
  app.use(healthRoutes({ ready, facts: { auth: callers ? 'api-keys' : 'none' } }));
  app.use(metricsRoutes(registry));
  app.use(requireServedHost(callers ? undefined : isServed));
  app.use(['/notifications', '/feeds'], auditRefused(trail, 'http'));
  if (callers) app.use(['/notifications', '/feeds'], requireApiKey(callers, routes.log));
  app.use('/notifications', boundBodies(bodies));
  app.use(notificationRoutes(routes));
  app.use(changeRoutes(routes));
  app.use(receiptRoutes(routes));
  app.use(openApiRoutes);
  app.use(notFound);
  app.use(errorHandler(routes.log));
  return app;
}
