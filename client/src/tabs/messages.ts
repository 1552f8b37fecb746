import type { Front } from './platform.ts';

/**
 * Part of the channel's name, so that tabs with different versions of the messages don't receive each other's messages.
 */
export const MESSAGES_VERSION = 1;

/** The leader's state, sent on each change and in response to each `hello`. */
export interface LeaderState {
  readonly leader: string;
  /** Increases with each new leader. If two tabs claim to lead, the higher term wins. */
  readonly term: number;
  /** The number of the leader's current connection. `undefined` while disconnected. */
  readonly session: number | undefined;
  /** The tab that may show toasts. */
  readonly presenter: string;
  /**
   * The tab that may show a feed's toasts, for each feed that `presenter` isn't subscribed to. Earlier versions omit
   * this member.
   */
  readonly presenters?: ReadonlyMap<string, string>;
}

export type TabMessage =
  /** A tab introduces itself and looks for a leader. */
  | { readonly type: 'hello'; readonly from: string; readonly front: Front }
  /** A tab is leaving. It might be the leader. */
  | { readonly type: 'bye'; readonly from: string }
  | { readonly type: 'state'; readonly state: LeaderState }
  /** A tab's request to the server. Valid only during this session of the leader. */
  | {
      readonly type: 'ask';
      readonly from: string;
      readonly to: string;
      readonly session: number;
      readonly id: number;
      readonly event: string;
      readonly request: unknown;
    }
  | { readonly type: 'answer'; readonly to: string; readonly id: number; readonly answer: unknown }
  /** The server didn't respond to a tab's requests, so this session might be dead. */
  | { readonly type: 'stuck'; readonly to: string; readonly session: number }
  | { readonly type: 'event'; readonly leader: string; readonly name: string; readonly event: unknown }
  | {
      readonly type: 'error';
      readonly leader: string;
      readonly code: string;
      readonly message: string;
      readonly temporary: boolean;
    };

/** Returns the feed in a request, or an empty string for requests without a feed. */
export const feedOf = (request: unknown): string =>
  (request as { feed?: string } | null | undefined)?.feed ?? '';
