import type { IncomingMessage } from 'node:http';
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
import type { Readers } from '../readers/readers.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import { channelRoutes, type ChannelRoutesOptions } from './away/channel-routes.ts';
import { unsubscribeRoutes } from './away/unsubscribe.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { limitSearches, limitWrites } from './limit-rates.ts';
import { negotiateRoutes, type Negotiate } from './routes/negotiate.ts';
import { linkedRoutes } from './routes/linked.ts';
import { muteRoutes } from './routes/mutes.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { recordOpsToken, OPS_PATHS } from './ops/access/access.ts';
import { auditOpsRefusals } from './ops/access/audit-actor.ts';
import { opsRoutes, type OpsRoutesOptions } from './ops/routes.ts';
import { crossOrigin } from './origins.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { readRoutes } from './routes/read.ts';
import { searchRoutes } from './routes/search.ts';
import { streamRoutes, type StreamRoutesOptions } from './routes/stream.ts';
import { unreadRoutes } from './routes/unread.ts';
import { specRoutes } from './specs/routes.ts';
import { requireIdentity, createOwnerOf } from './identity.ts';

export interface PublicAppOptions extends OpsRoutesOptions, StreamRoutesOptions {
  auth: Authenticator;
  /** Other origins that can call this instance. */
  allowedOrigins: readonly string[];
  /** The accepted host names. `undefined` accepts all. */
  isServed: HostCheck | undefined;
  views: FeedViews;
  readers: Readers;
  /** Dependencies of the channel routes. `undefined` if the deployment has no channels. */
  away: Omit<ChannelRoutesOptions, 'log'> | undefined;
  linkProofs: LinkProofs;
  /** Maximum changes per minute for each reader or address. 0 means no limit. */
  writesPerMinute: number;
  /** Maximum searches per minute for each reader or address. 0 means no limit. */
  searchesPerMinute: number;
  /** The client's address behind the trusted proxies. */
  addressOf: (request: IncomingMessage) => string;
  /** Allowed image origins for the page. */
  iconOrigins: readonly string[];
  /** Limits the total size of request bodies in memory. */
  bodies: BodyBudget;
  /** Called with the connection whenever a request has an accepted token. */
  onAuthenticated: (socket: Socket) => void;
  ready: () => Promise<void>;
  registry: Registry;
  /** The folder with the built page. */
  uiDist: string;
  /** The service that browsers connect to instead of this host. */
  externalService?: { endpoint: string; negotiate: Negotiate };
}

/** An instance's HTTP interface for browsers and probes, except for the gateway. */
export function createPublicApp(options: PublicAppOptions): Express {
  const { auth, allowedOrigins, views, readers, away, ready, registry, uiDist, log, addressOf } = options;
  const { externalService, isServed, writesPerMinute, searchesPerMinute } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(pageHeaders({ connectTo: externalService?.endpoint, images: options.iconOrigins }));
  app.use(healthRoutes({ ready, facts: { auth: auth.mode } }));
  app.use(metricsRoutes(registry));
  // The routes above are for probes and Prometheus. They accept any host name and don't reveal published content.
  app.use(requireServedHost(isServed));
  app.use(specRoutes());
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
  // Applies to all reader routes. The operator routes above have their own checks.
  app.use('/app', limitWrites({ perMinute: writesPerMinute, addressOf }));
  const limit = limitSearches({ perMinute: searchesPerMinute, addressOf });
  app.use(searchRoutes({ search: readers.search, limit, log }));
  app.use(linkedRoutes({ views, limit, now: options.now, log }));
  app.use(notificationRoutes(views, readers.pages, log));
  const ownerOf = createOwnerOf(addressOf);
  app.use(readRoutes(readers.markRead, ownerOf, log));
  app.use(inboxRoutes(readers.inboxes, ownerOf, log));
  app.use(unreadRoutes(readers.count, log));
  app.use(muteRoutes(readers.mutes, ownerOf, log));
  app.use(preferencesRoutes(readers.preferences, ownerOf, log));
  if (away) app.use(channelRoutes({ ...away, log }));
  if (externalService) app.use(negotiateRoutes(externalService.negotiate));
  app.use(pageRoutes(uiDist, { negotiate: externalService !== undefined, iconOrigins: options.iconOrigins }));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
