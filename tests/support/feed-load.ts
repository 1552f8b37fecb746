import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, makeNotifications, type AuditResult } from '@tocsin/lab';

/** One feed of each kind, and a second user feed. */
export const FEEDS_OF_EACH_KIND = ['all', 'user:ada', 'user:ben', 'topic:stock'];

export interface FeedLoadOptions {
  feeds: readonly string[];
  /** The address for readers. */
  url: string;
  /** The addresses for publishers. The array can change during the load. */
  producerUrls: readonly string[];
  /** Maximum time (ms) for a request, including all retries. */
  patienceMs?: number;
}

export interface FeedLoad {
  /** Stops publishing. Rejects if a request has failed permanently. */
  stop(): Promise<void>;
  /** Waits until each device shows all of its feed's acknowledged notifications. Call this after `stop()`. */
  audit(catchUpMs: number): Promise<FeedLoadResult>;
  /** Stops publishing if necessary, and disconnects the devices. */
  close(): void;
}

export interface FeedLoadResult {
  acknowledged: number;
  shown: number;
  devices: number;
  /** Devices that lost, duplicated or reordered notifications, or reported a gap. */
  faults: AuditResult[];
}

/** Publishes about 10 single notifications a second to each feed, and shows each feed on two devices. */
export async function startFeedLoad(options: FeedLoadOptions): Promise<FeedLoad> {
  const { feeds, url, producerUrls: urls, patienceMs } = options;
  const observers = feeds.flatMap((feed) =>
    ['laptop', 'phone'].map((device) => new Observer(`${feed} on ${device}`, url, { feed })),
  );
  const close = () => {
    for (const observer of observers) observer.close();
  };
  try {
    await Promise.all(observers.map((observer) => observer.ready()));
  } catch (error) {
    close();
    throw error;
  }
  const callers = new Map(
    feeds.map((feed) => [feed, new Caller({ urls, ...(patienceMs !== undefined && { patienceMs }) })]),
  );
  let publishing = true;
  const publishTo = async (feed: string, caller: Caller) => {
    while (publishing) {
      await caller.post(makeNotifications(1, { feed, label: feed }));
      await delay(100);
    }
  };
  const work = Promise.all([...callers].map(([feed, caller]) => publishTo(feed, caller)));
  // If publishing fails before `stop` is called, `stop` rejects with that error.
  work.catch(() => undefined);
  const idsOf = ({ feed }: Observer) => [...(callers.get(feed)?.acknowledged.keys() ?? [])];
  return {
    async stop() {
      publishing = false;
      await work;
    },
    async audit(catchUpMs) {
      await Promise.all(observers.map((observer) => observer.untilShown(idsOf(observer), catchUpMs)));
      const results = observers.map((observer) => audit(observer, idsOf(observer)));
      return {
        acknowledged: [...callers.values()].reduce((sum, caller) => sum + caller.acknowledged.size, 0),
        shown: results.reduce((sum, { shown }) => sum + shown, 0),
        devices: observers.length,
        faults: results.filter((result) => !isClean(result) || result.reportedGaps > 0),
      };
    },
    close() {
      publishing = false;
      close();
    },
  };
}
