import { createSnapshots } from '../observe/snapshots.ts';
import { InstanceReporter } from '../ops/reporter.ts';
import type { FeedViews } from '../recover/views/feed-views.ts';
import type { Gateway } from '../socketio/gateway.ts';
import type { AppContext } from './context.ts';

/** Creates the reporter of this instance's metrics for the operations page. */
export const createReporter = (
  { instance, backend, metrics, log, now }: AppContext,
  gateway: Pick<Gateway, 'connections'>,
  views: Pick<FeedViews, 'watched'>,
): InstanceReporter =>
  new InstanceReporter({
    instance,
    ...{ board: backend.board, past: backend.past, now },
    takeSnapshot: createSnapshots({
      ...{ instance, metrics, now },
      connections: () => gateway.connections,
      feeds: () => views.watched,
      queue: backend.announcementQueue,
      redis: backend.redisMemory,
    }),
    onError: (err) => log.info({ err }, "cannot share this instance's metrics; retrying"),
  });
