import { createNotificationClient, Expiries, type NotificationClientOptions } from '@tocsin/client';
import type { Page, Position } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { toValue, watch, watchEffect, type MaybeRefOrGetter } from 'vue';
import { browserClientId } from './client-id.ts';
import { finishFirstView } from '../load-late.ts';
import { followLanguage } from '../messages/follow-language.ts';
import type { OwnMessages } from '../messages/messages.ts';
import { useMessages } from '../messages/use-messages.ts';
import { useClock } from './clock.ts';
import { useConnection } from './connection.ts';
import { addNewestPage, followFeed } from './feeds/follow-feed.ts';
import { FrameBatch } from './feeds/frame-batch.ts';
import { usePreferences } from './reader/preferences.ts';
import { useFeedLabels, type FeedLabels } from './feed-labels.ts';
import { useIcons } from './icons.ts';
import { useItems } from './feeds/items.ts';
import { retry } from './retry.ts';
import { safeStorage, tabPositions } from './storage.ts';
import { useLateStores } from './late-stores.ts';
import { tokenUntil, useSource } from './source.ts';
import { useMarks } from './reader/marks.ts';
import { watchConnection } from './watch-connection.ts';

/**
 * Maximum time for a subscription to wait for the newest page, and for the first toasts to wait for the preferences
 * (ms).
 */
const REST_HEAD_START_MS = 2_500;

/** Loads the newest page, retrying until it succeeds. Resolves with `undefined` if aborted or refused. */
async function newestPage(feed: string, signal: AbortSignal): Promise<Page | undefined> {
  const connection = useConnection();
  const onFailure = (error: unknown): boolean => {
    finishFirstView();
    console.warn(`Could not load the newest page of ${feed}.`, error);
    return connection.pageNotLoaded(feed, error);
  };
  const page = await retry(() => useSource().page({ feed }, { signal }), onFailure, signal);
  if (!page || signal.aborted) return undefined;
  connection.pageLoaded(feed);
  finishFirstView();
  return page;
}

export type SessionOptions = Pick<
  NotificationClientOptions,
  'url' | 'path' | 'clientId' | 'getToken' | 'negotiate'
> & {
  feeds: readonly string[];
  /** Language tag for strings and dates. Default: the page's language, including later changes. */
  language?: MaybeRefOrGetter<string | undefined>;
  /** Strings that override this package's defaults. */
  messages?: MaybeRefOrGetter<OwnMessages | undefined>;
  /** Feed display names: an object keyed by feed, or a function. Default: the text after the feed's colon. */
  feedLabels?: FeedLabels;
  /** Allowed origins for icon images, for example `https://cdn.example.com`. Default: none. */
  iconOrigins?: readonly string[];
  /**
   * Registers the service worker that shows push messages. Resolves with the registration. Called when push is turned
   * on or off, and when the preferences need to know whether push is on. Without this function, push is offered only in
   * browsers that don't need a service worker.
   */
  pushWorker?: () => Promise<ServiceWorkerRegistration>;
};

/**
 * Loads the feeds and keeps them up to date: first the newest page over REST, then live updates from that position. If
 * either fails, the other still works. Returns a function that ends the session.
 */
export function startSession({
  feeds,
  language,
  messages,
  feedLabels = {},
  iconOrigins = [],
  ...options
}: SessionOptions): () => void {
  const notifications = useItems();
  const marks = useMarks();
  const lateStores = useLateStores();
  const abort = new AbortController();
  const batch = new FrameBatch();
  const positions = tabPositions(safeStorage(() => sessionStorage));
  const source = {
    ...options,
    ...(options.getToken
      ? { getToken: tokenUntil(abort.signal, options.getToken) }
      : { clientId: options.clientId ?? browserClientId() }),
  };
  const pageLanguage = followLanguage(document.body);
  const stopTranslating = watchEffect(() =>
    useMessages().use({ language: toValue(language) ?? pageLanguage.value, messages: toValue(messages) }),
  );
  useFeedLabels().use(feedLabels);
  useIcons().allow(iconOrigins);
  useConnection().reset(feeds);
  const client = createNotificationClient({ ...source, positions });
  useSource().set({ ...source, client });
  const stopWatchingConnection = watchConnection(client);
  client.on('mutes', (mutes) => usePreferences().applyMutes(mutes));
  client.on('preferences', (preferences) => usePreferences().replace(preferences));
  const preferences = usePreferences().load(abort.signal);
  // Wait for the preferences. Otherwise, the first toasts could appear during quiet hours.
  const stopLoading = lateStores.load(Promise.race([preferences, pause(REST_HEAD_START_MS, abort.signal)]));
  marks.startSession(options.getToken !== undefined);
  let stopInterrupting = (): void => undefined;
  lateStores.run(
    ({ useInterruptions }) => (stopInterrupting = useInterruptions().start(() => client.presenting)),
  );

  for (const feed of feeds) {
    useConnection().pending.add(feed);
    const page = newestPage(feed, abort.signal);
    const headStart = Promise.race([page, pause(REST_HEAD_START_MS, abort.signal)]);
    void headStart.then((earlyPage) => {
      if (abort.signal.aborted) return;
      /** The position where the subscription first caught up. */
      let firstPosition: Position | undefined;
      /** The newest page, if it arrived after the subscription started. */
      let latePage: Page | undefined;
      /**
       * Reloads the newest page after the pending updates are applied. Starts over if the feed is erased before the
       * response arrives.
       */
      const reload = (): void =>
        batch.run(() => {
          const erasure = notifications.erasures.get(feed);
          void newestPage(feed, abort.signal).then((newest) => {
            if (!newest) return;
            batch.run(() => {
              if (notifications.erasures.get(feed) === erasure) addNewestPage(feed, newest);
              else reload();
            });
          });
        });
      /**
       * Adds `latePage` to the list. If it ends before `firstPosition` or has another epoch, it could be from before an
       * erasure. In that case, reloads the newest page instead. `isShown` tells whether the list already contains
       * `latePage`.
       */
      const showLatePage = (isShown: boolean): void => {
        const newest = latePage;
        if (!newest) return;
        const isSameEpoch = !firstPosition || newest.epoch === positions.get(feed)?.epoch;
        const isCurrent = isSameEpoch && newest.offset >= (firstPosition?.offset ?? 0);
        if (isShown && isCurrent) return;
        if (isShown && !isSameEpoch) batch.run(() => notifications.clear(feed));
        if (isCurrent) batch.run(() => addNewestPage(feed, newest));
        else reload();
      };
      followFeed({
        client,
        feed,
        batch,
        returning: positions.get(feed) !== undefined,
        ...(earlyPage && { page: earlyPage }),
        onCaughtUp: (isFirst) => {
          if (!isFirst) return void usePreferences().refresh(abort.signal);
          firstPosition = positions.get(feed);
          showLatePage(true);
        },
      });
      if (earlyPage) return;
      void page.then((loaded) => {
        latePage = loaded;
        showLatePage(false);
      });
    });
  }

  const expire = (): void => {
    for (const { feed, notification } of notifications.expire(Date.now()))
      lateStores.run(({ useToasts }) => useToasts().remove(feed, [notification.id]));
  };
  const expiries = new Expiries(expire);
  const stopWatching = watch(
    () => notifications.items,
    (items) => {
      for (const { key, notification } of items) expiries.watch(key, notification.expiresAt);
    },
    { immediate: true },
  );
  const stopClock = useClock().start(expire);
  addEventListener('storage', marks.reload);
  return () => {
    abort.abort();
    client.close();
    useSource().set(source);
    batch.stop();
    stopClock();
    stopInterrupting();
    stopWatching();
    stopTranslating();
    stopWatchingConnection();
    expiries.stop();
    removeEventListener('storage', marks.reload);
    lateStores.run(({ useToasts, useLiveMessages }) => {
      useToasts().dismissAll();
      useLiveMessages().reset();
    });
    stopLoading();
    notifications.reset();
  };
}
