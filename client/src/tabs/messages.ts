import type { Front } from './platform.ts';

/** Part of the channel's name: tabs that run other versions of these messages do not hear each other. */
export const MESSAGES_VERSION = 1;

/** What the leader tells of itself, at each change and to every `hello`. */
export interface LeaderState {
  readonly leader: string;
  /** Grows from leader to leader; of two that believe to lead, the higher one does. */
  readonly term: number;
  /** Number of the connection that it has; `undefined` while it has none. */
  readonly session: number | undefined;
  /** The one tab that may show toasts. */
  readonly presenter: string;
}

export type TabMessage =
  /** A tab is here, and asks whether the leader is. */
  | { readonly type: 'hello'; readonly from: string; readonly front: Front }
  /** A tab, perhaps the leader, goes. */
  | { readonly type: 'bye'; readonly from: string }
  | { readonly type: 'state'; readonly state: LeaderState }
  /** A request for the server, of a tab that is on this session of the leader. */
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
  /** The server has left requests of a tab unanswered: this session is in doubt. */
  | { readonly type: 'stuck'; readonly to: string; readonly session: number }
  /** What the server has sent. */
  | { readonly type: 'event'; readonly leader: string; readonly name: string; readonly event: unknown }
  /** What the leader's connection reports. */
  | {
      readonly type: 'error';
      readonly leader: string;
      readonly code: string;
      readonly message: string;
      readonly temporary: boolean;
    };
