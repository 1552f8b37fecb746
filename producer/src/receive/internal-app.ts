import express, { type Express } from 'express';
import {
  VERSION,
  boundBodies,
  dataHeaders,
  errorHandler,
  notFound,
  refuseInvocations,
  requireApiToken,
  requireServedHost,
  type BodyBudget,
  type HostCheck,
  type Signer,
} from '@tocsin/service';
import type { Callers } from '../auth/callers.ts';
import type { Schedules } from '../schedule/schedules.ts';
import { auditRefused, auditRequests } from './audit.ts';
import { changeRoutes } from './routes/changes.ts';
import { eventRoutes, type EventRoutesOptions } from './routes/events.ts';
import { jobRoutes } from './routes/jobs.ts';
import { requireSignatureOrKey } from './callers/signature-or-key.ts';
import { operationRoutes, type OperationRoutesOptions } from './routes/operations.ts';
import { notificationRoutes, type NotificationRoutesOptions } from './routes/notifications.ts';
import { countProblems } from './public-app.ts';
import { receiptRoutes, type ReceiptRoutesOptions } from './routes/receipts.ts';

export interface InternalAppOptions
  extends
    Omit<NotificationRoutesOptions, 'audit'>,
    ReceiptRoutesOptions,
    Omit<EventRoutesOptions, 'publishService' | 'allowFallbacks'> {
  schedules: Pick<Schedules, 'takeOver' | 'find' | 'list'>;
  /** The known API keys. Omitted if API keys are off. */
  callers?: Callers | undefined;
  /** Checks the bff's signatures; required if API keys are on. */
  signer?: Signer | undefined;
  operationSigner: OperationRoutesOptions['signer'];
  /** The token that the sidecar sends. Required for every route but `/healthz`. */
  token: string | undefined;
  /** Decides which Host headers are accepted if there is no token. */
  isServed: HostCheck;
  bodies: BodyBudget;
  onProblem: (code: string) => void;
}

/**
 * Creates the app for the internal port. It serves the health probe. Other applications can use service invocation to
 * publish, retract, erase and read receipts. If API keys are on, they need a key, as on the public port. The bff has no
 * key: it signs its requests. Only the sidecar can deliver events and due jobs.
 */
export function internalApp(options: InternalAppOptions): Express {
  const { token, isServed, onProblem, schedules, callers, signer, operationSigner, bodies, ...rest } =
    options;
  const routes = { ...rest, audit: auditRequests(rest.trail, 'invocation') };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(dataHeaders());
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive', version: VERSION });
  });
  app.use(auditRefused(rest.trail, 'invocation'));
  app.use(requireServedHost(token === undefined ? isServed : undefined));
  app.use(requireApiToken(token));
  app.use(['/notifications', '/feeds', '/operations'], countProblems(onProblem));
  app.use(['/notifications', '/operations'], boundBodies(bodies));
  if (callers && signer)
    app.use(['/notifications', '/feeds'], requireSignatureOrKey({ ...routes, callers, signer }));
  app.use(notificationRoutes(routes));
  app.use(changeRoutes(routes));
  app.use(receiptRoutes(routes));
  app.use(operationRoutes({ ...routes, schedules, signer: operationSigner }));
  app.use(refuseInvocations(routes.onRefused));
  app.use(jobRoutes({ ...routes, schedules }));
  app.use(eventRoutes({ ...routes, allowFallbacks: callers === undefined }));
  app.use(notFound);
  app.use(errorHandler(routes.log));
  return app;
}
