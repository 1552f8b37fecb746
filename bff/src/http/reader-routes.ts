import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import type { Logger } from '@tocsin/service';
import type { Readers } from '../readers/readers.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import { channelRoutes, type ChannelRoutesOptions } from './away/channel-routes.ts';
import { createOwnerOf } from './identity.ts';
import { limitSearches, limitWrites } from './limit-rates.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { linkedRoutes } from './routes/linked.ts';
import { muteRoutes } from './routes/mutes.ts';
import { negotiateRoutes, type Negotiate } from './routes/negotiate.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { readRoutes } from './routes/read.ts';
import { searchRoutes } from './routes/search.ts';
import { unreadRoutes } from './routes/unread.ts';

export interface ReaderRoutesOptions {
  views: FeedViews;
  readers: Readers;
  /** Dependencies of the channel routes. `undefined` if the deployment has no channels. */
  away: Omit<ChannelRoutesOptions, 'log'> | undefined;
  /** Maximum changes per minute for each reader or address. 0 means no limit. */
  writesPerMinute: number;
  /** Maximum searches per minute for each reader or address. 0 means no limit. */
  searchesPerMinute: number;
  /** The client's address behind the trusted proxies. */
  addressOf: (request: IncomingMessage) => string;
  /** The service that browsers connect to instead of this host. */
  externalService?: { endpoint: string; negotiate: Negotiate };
  now: () => number;
  log: Logger;
}

/** Serves a reader's requests below `/app`, except for streams. Limits the rates of changes and searches. */
export function readerRoutes(options: ReaderRoutesOptions): Router {
  const { views, readers, away, addressOf, externalService, log } = options;
  const router = Router();
  router.use('/app', limitWrites({ perMinute: options.writesPerMinute, addressOf }));
  const limit = limitSearches({ perMinute: options.searchesPerMinute, addressOf });
  router.use(searchRoutes({ search: readers.search, limit, log }));
  router.use(linkedRoutes({ views, limit, now: options.now, log }));
  router.use(notificationRoutes(views, readers.pages, log));
  const ownerOf = createOwnerOf(addressOf);
  router.use(readRoutes(readers.markRead, ownerOf, log));
  router.use(inboxRoutes(readers.inboxes, ownerOf, log));
  router.use(unreadRoutes(readers.count, log));
  router.use(muteRoutes(readers.mutes, ownerOf, log));
  router.use(preferencesRoutes(readers.preferences, ownerOf, log));
  if (away) router.use(channelRoutes({ ...away, log }));
  if (externalService) router.use(negotiateRoutes(externalService.negotiate));
  return router;
}
