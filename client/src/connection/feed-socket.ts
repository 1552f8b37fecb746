import type {
  SubscribeAnswer,
  SubscribeRequest,
  UnsubscribeAnswer,
  UnsubscribeRequest,
} from '@tocsin/contracts';

/** What the feeds use of a connection: a socket of this tab, or that of the tab that leads. */
export interface FeedSocket {
  emit(
    event: 'unsubscribe',
    request: UnsubscribeRequest,
    answer: (answer: UnsubscribeAnswer) => void,
  ): unknown;
  timeout(ms: number): {
    emit(
      event: 'subscribe',
      request: SubscribeRequest,
      done: (error: Error | null, answer: SubscribeAnswer) => void,
    ): unknown;
  };
}
