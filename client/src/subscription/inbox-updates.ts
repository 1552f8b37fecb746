import { isOlderState, type DueSnooze, type InboxState } from '@tocsin/contracts';
import { RecentIds } from '../merge/recent-ids.ts';
import type { FeedHandlers } from '../types.ts';

/** Number of reported snoozes to remember: the maximum that a reader can have. */
const MAX_REPORTED = 200;

/** Passes on the reader's inbox state in a feed, unless it's outdated. Reports each snooze's end once. */
export class InboxUpdates {
  readonly #handlers: Pick<FeedHandlers, 'onInbox' | 'onSnoozeDue'>;
  readonly #call: (handler: () => void) => void;
  readonly #reported = new RecentIds(MAX_REPORTED);
  #last: InboxState | undefined;

  constructor(handlers: Pick<FeedHandlers, 'onInbox' | 'onSnoozeDue'>, call: (handler: () => void) => void) {
    this.#handlers = handlers;
    this.#call = call;
  }

  /** Passes on a state unless it's older than the last state. */
  pass(inbox: InboxState): void {
    if (this.#last && isOlderState(inbox, this.#last)) return;
    this.#last = inbox;
    this.#call(() => this.#handlers.onInbox?.(inbox));
  }

  passDue(due: readonly DueSnooze[]): void {
    const newlyDue = due.filter(({ notification: { id }, until }) => {
      const key = `${id} ${until}`;
      return !this.#reported.has(key) && (this.#reported.add(key), true);
    });
    if (newlyDue.length > 0) this.#call(() => this.#handlers.onSnoozeDue?.(newlyDue));
  }
}
