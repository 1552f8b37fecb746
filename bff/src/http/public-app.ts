import type { Socket } from 'node:net';
import {
  boundBodies,
  errorHandler,
  healthRoutes,
  metricsRoutes,
  notFound,
  pageHeaders,
  pageRoutes,
  requireServedHost,
  type BodyBudget,
  type HostCheck,
  type Registry,
} from '@tocsin/service';
import express, { type Express } from 'express';
import type { Authenticator } from '../auth/authenticator.ts';
import type { LinkProofs } from '../away/ports.ts';
import { unsubscribeRoutes } from './away/unsubscribe.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { recordOpsToken, OPS_PATHS } from './ops/access/access.ts';
import { auditOpsRefusals } from './ops/access/audit-actor.ts';
import { opsRoutes, type OpsRoutesOptions } from './ops/routes.ts';
import { crossOrigin } from './origins.ts';
import { readerRoutes, type ReaderRoutesOptions } from './reader-routes.ts';
import { streamRoutes, type StreamRoutesOptions } from './routes/stream.ts';
import { specRoutes } from './specs/routes.ts';
import { requireIdentity } from './identity.ts';

export interface PublicAppOptions extends OpsRoutesOptions, StreamRoutesOptions, ReaderRoutesOptions {
  auth: Authenticator;
  /** Other origins that can call this instance. */
  allowedOrigins: readonly string[];
  /** The accepted host names. `undefined` accepts all. */
  isServed: HostCheck | undefined;
  linkProofs: LinkProofs;
  /** Allowed image origins for the page. */
  iconOrigins: readonly string[];
  /** Limits the total size of request bodies in memory. */
  bodies: BodyBudget;
  /** Called with a request's connection if the request has a valid token. */
  onAuthenticated: (socket: Socket) => void;
  ready: () => Promise<void>;
  registry: Registry;
  /** The folder with the built page. */
  uiDist: string;
}

/** Creates an instance's HTTP interface for browsers and probes, except for the gateway. */
export function createPublicApp(options: PublicAppOptions): Express {
  const { auth, allowedOrigins, away, ready, registry, uiDist, log, externalService, isServed } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(pageHeaders({ connectTo: externalService?.endpoint, images: options.iconOrigins }));
  app.use(healthRoutes({ ready, facts: { auth: auth.mode } }));
  app.use(metricsRoutes(registry));
  // The routes above are for probes and Prometheus. They accept any host name and don't reveal published content.
  app.use(requireServedHost(isServed));
  app.use(specRoutes);
  app.use(OPS_PATHS, auditOpsRefusals(options.trail));
  if (away) app.use(unsubscribeRoutes({ ...away, proofs: options.linkProofs, log }));
  app.use('/app', crossOrigin(allowedOrigins));
  app.use(OPS_PATHS, recordOpsToken(options.opsAccess));
  app.use('/app', requireIdentity(auth, log));
  app.use('/app', (request, _response, next) => {
    if (request.identity || request.hasOpsToken) options.onAuthenticated(request.socket);
    next();
  });
  // Must come before limitConcurrency since streams stay open and have a limit of their own.
  app.use(streamRoutes(options));
  app.use('/app', limitConcurrency());
  app.use('/app', boundBodies(options.bodies));
  app.use(opsRoutes(options));
  app.use(readerRoutes(options));
  app.use(pageRoutes(uiDist, { negotiate: externalService !== undefined, iconOrigins: options.iconOrigins }));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
