import type { NotificationClient } from '@tocsin/client';
import { isolate, type InboxState, type LivePublication, type Page } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import type { useToasts } from '../../toasts/store.ts';
import type { Missed } from '../../toasts/stack/toast-of.ts';
import { useConnection } from '../connection.ts';
import { useFeedLabels } from '../feed-labels.ts';
import { useLateStores } from '../late-stores.ts';
import type { FrameBatch } from './frame-batch.ts';
import { useItems } from './items.ts';
import type { Arrived } from '../reader/interruptions.ts';
import { useMarks } from '../reader/marks.ts';
import { addPage } from './add-page.ts';

type LateToasts = ReturnType<typeof useToasts>;

/** Maximum number of missed errors to show as individual toasts in addition to the summary. */
const MAX_MISSED_ERRORS = 50;

export interface FollowFeedOptions {
  client: NotificationClient;
  feed: string;
  batch: FrameBatch;
  /**
   * Whether this tab has shown the feed before. If so, notifications recovered before the feed catches up count as
   * missed.
   */
  returning: boolean;
  /** The newest page, if it has been loaded. */
  page?: Page;
  /**
   * Called each time the feed has caught up. If `isFirst` is false, changes to the reader's preferences could have been
   * missed since the last call.
   */
  onCaughtUp: (isFirst: boolean) => void;
}

/** Applies the reader's marks. Loads notifications that are back from a snooze but not in the list yet. */
function handleInboxState(feed: string, inbox: InboxState): void {
  useMarks().mergeInboxState(feed, inbox);
  if (inbox.snoozed.some(({ due, archived }) => due && !archived))
    import('../reader/returned.ts').then(({ showReturned }) => showReturned(feed, inbox)).catch(console.warn);
}

/** Adds the newest page to the list. */
export function addNewestPage(feed: string, page: Page): void {
  if (page.read) useMarks().mergeReadState(feed, { epoch: page.epoch, ...page.read });
  if (page.inbox) handleInboxState(feed, page.inbox);
  addPage(feed, page);
  useLateStores().run(({ useReader }) => useReader().initFeed(feed, page));
  useItems().loaded.add(feed);
}

/** Subscribes to a feed. Adds notifications to the list and, if this tab presents the feed, shows them as toasts. */
export function followFeed({ client, feed, batch, returning, page, onCaughtUp }: FollowFeedOptions): void {
  const notifications = useItems();
  const lateStores = useLateStores();
  const marks = useMarks();
  const connection = useConnection();
  let isReturning = returning;
  let hasCaughtUp = false;
  const missed = new Map<string, LivePublication>();
  let gap: Pick<Missed, 'gap' | 'erased'> = { gap: false };

  if (page) addNewestPage(feed, page);

  const notify = (publications: readonly Arrived[], presenting: boolean): void =>
    lateStores.run(({ useInterruptions }) => useInterruptions().notify(feed, publications, presenting));

  function reportMissed(toasts: Pick<LateToasts, 'summarizeMissed' | 'show'>, presenting: boolean): void {
    const errors = [...missed.values()]
      .filter(({ notification }) => severityOf(notification) === 'error')
      .slice(0, MAX_MISSED_ERRORS);
    const areAllShown = errors.length === missed.size && !gap.gap;
    if (presenting && !areAllShown) toasts.summarizeMissed({ feed, count: missed.size, ...gap });
    if (presenting) toasts.show(feed, errors);
    missed.clear();
    gap = { gap: false };
  }

  const subscription = client.subscribe(
    feed,
    {
      onPublications: (publications, { epoch, delivery, away }) => {
        const { presenting } = subscription;
        batch.run(() => {
          notifications.add(feed, { epoch, publications, gapBefore: delivery === 'snapshot' });
          if (away && isReturning)
            lateStores.run(({ useInterruptions }) => {
              for (const publication of useInterruptions().applyQuietHours(feed, publications))
                missed.set(publication.notification.id, publication);
            });
          // On a first visit, a snapshot is the newest page, so nothing was missed.
          else if (!(away && delivery === 'snapshot')) notify(publications, presenting);
        });
      },
      onRead: (read) => batch.run(() => marks.mergeReadState(feed, read)),
      onInbox: (inbox) => batch.run(() => handleInboxState(feed, inbox)),
      onSnoozeDue: (due) => {
        const { presenting } = subscription;
        batch.run(() => {
          for (const { epoch, ...publication } of due)
            notifications.add(feed, { epoch, publications: [publication] });
          notify(due, presenting);
        });
      },
      onGone: (ids, reason) =>
        batch.run(() => {
          notifications.remove(feed, ids);
          lateStores.run(({ useToasts }) => {
            for (const id of ids) missed.delete(id);
            useToasts().remove(feed, ids, reason);
          });
        }),
      onGap: (_from, _to, { erased }) =>
        batch.run(() => {
          if (erased) notifications.clear(feed);
          // Runs in the same queue as the reports so that a report queued earlier doesn't include this gap.
          lateStores.run(({ useToasts }) => {
            gap.gap = true;
            if (!erased) return;
            gap.erased = erased;
            missed.clear();
            useToasts().clear(feed);
          });
        }),
      onCaughtUp: () => {
        onCaughtUp(!hasCaughtUp);
        hasCaughtUp = true;
        connection.pending.delete(feed);
        const { position } = subscription;
        const { presenting } = subscription;
        batch.run(() => {
          lateStores.run(({ useToasts, useInterruptions }) => {
            if (!useInterruptions().mayReportGap(feed)) gap = { gap: false };
            reportMissed(useToasts(), presenting);
            useInterruptions().check();
          });
          isReturning = true;
          if (position) lateStores.run(({ useReader }) => useReader().initFeed(feed, position));
          notifications.loaded.add(feed);
        });
      },
      onRefused: ({ message }) => {
        connection.refuse(feed, `${isolate(useFeedLabels().labelOf(feed))}: ${message}`);
      },
    },
    page && { position: { epoch: page.epoch, offset: page.offset } },
  );
}
