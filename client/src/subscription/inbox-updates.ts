import { isOlderState, type DueSnooze, type InboxState } from '@tocsin/contracts';
import type { RecentIds } from '../merge/recent-ids.ts';
import type { FeedHandlers } from '../types.ts';

/**
 * Passes the reader's inbox state in a feed to `onInbox`, unless the state is outdated. Passes each snooze's end to
 * `onSnoozeDue` once: `reported` contains the ends that were already passed on.
 */
export class InboxUpdates {
  readonly #handlers: Pick<FeedHandlers, 'onInbox' | 'onSnoozeDue'>;
  readonly #call: (handler: () => void) => void;
  readonly #reported: RecentIds;
  #last: InboxState | undefined;

  constructor(
    handlers: Pick<FeedHandlers, 'onInbox' | 'onSnoozeDue'>,
    reported: RecentIds,
    call: (handler: () => void) => void,
  ) {
    this.#handlers = handlers;
    this.#reported = reported;
    this.#call = call;
  }

  /** Passes on a state unless it is older than the last one. */
  pass(inbox: InboxState): void {
    if (this.#last && isOlderState(inbox, this.#last)) return;
    this.#last = inbox;
    this.#call(() => this.#handlers.onInbox?.(inbox));
  }

  passDue(due: readonly DueSnooze[]): void {
    const newlyDue = due.filter(({ notification: { id, feed }, until }) =>
      this.#reported.add(`${feed} ${id} ${until}`),
    );
    if (newlyDue.length > 0) this.#call(() => this.#handlers.onSnoozeDue?.(newlyDue));
  }
}
