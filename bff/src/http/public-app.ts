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
import type { MuteLists } from '../readers/mute-lists.ts';
import type { ReaderPages } from '../readers/page-for-reader.ts';
import type { ReadStates } from '../readers/read-states.ts';
import type { FeedViews } from '../recover/feed-views.ts';
import { limitWrites, type WriteLimitOptions } from './limit-writes.ts';
import { negotiateRoutes, type Negotiate } from './routes/negotiate.ts';
import { muteRoutes } from './routes/mutes.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { noteOpsToken, OPS_PATHS } from './ops/access.ts';
import { auditOpsRefused } from './ops/who-acts.ts';
import { opsRoutes, type OpsRoutesOptions } from './ops/routes.ts';
import { crossOrigin } from './origins.ts';
import { readRoutes } from './routes/read.ts';
import { streamRoutes, type StreamRoutesOptions } from './routes/stream.ts';
import { unreadRoutes } from './routes/unread.ts';
import { specRoutes } from './specs/routes.ts';
import { requireIdentity, createOwnerOf } from './identity.ts';

export interface PublicAppOptions extends OpsRoutesOptions, StreamRoutesOptions {
  auth: Authenticator;
  /** Origins besides the own whose pages may call. */
  allowedOrigins: readonly string[];
  /** The hosts that are served; all where it is left out. */
  isServed: HostCheck | undefined;
  views: FeedViews;
  pages: ReaderPages;
  states: ReadStates;
  mutes: MuteLists;
  writeLimit: WriteLimitOptions;
  /** Limits the bodies that are being read. */
  bodies: BodyBudget;
  /** Told of the connection of each request whose token was accepted. */
  onKnown: (socket: Socket) => void;
  ready: () => Promise<void>;
  registry: Registry;
  /** Folder of the built page. */
  uiDist: string;
  /** The host to which browsers connect, if not this one. */
  elsewhere?: { endpoint: string; negotiate: Negotiate };
}

/** The HTTP interface of an instance for browsers and probes, besides the gateway. */
export function createPublicApp(options: PublicAppOptions): Express {
  const { auth, allowedOrigins, views, pages, states, mutes, ready, registry, uiDist, log, writeLimit } =
    options;
  const { elsewhere, isServed } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(pageHeaders(elsewhere?.endpoint));
  app.use(healthRoutes({ ready, facts: { auth: auth.mode } }));
  app.use(metricsRoutes(registry));
  // Probes and Prometheus call under any name, and learn nothing that was published.
  app.use(requireServedHost(isServed));
  app.use(specRoutes());
  app.use(OPS_PATHS, auditOpsRefused(options.trail));
  app.use('/app', crossOrigin(allowedOrigins));
  app.use(OPS_PATHS, noteOpsToken(options.opsAccess));
  app.use('/app', requireIdentity(auth, log));
  app.use('/app', (request, _response, next) => {
    if (request.identity || request.hasOpsToken) options.onKnown(request.socket);
    next();
  });
  app.use(['/app/notifications/read', '/app/mutes'], limitWrites(writeLimit));
  app.use('/app', boundBodies(options.bodies));
  app.use(notificationRoutes(views, pages, log));
  const ownerOf = createOwnerOf(writeLimit.addressOf);
  app.use(readRoutes(states, ownerOf, log));
  app.use(unreadRoutes(states, log));
  app.use(muteRoutes(mutes, ownerOf, log));
  app.use(streamRoutes(options));
  if (elsewhere) app.use(negotiateRoutes(elsewhere.negotiate));
  app.use(opsRoutes(options));
  app.use(pageRoutes(uiDist, { negotiate: elsewhere !== undefined }));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
