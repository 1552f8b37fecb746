import type {
  SubscribeAnswer,
  SubscribeRequest,
  UnsubscribeAnswer,
  UnsubscribeRequest,
} from '@tocsin/contracts';

/** The connection that subscriptions use: this tab's socket, or a port to the leader tab's socket. */
export interface FeedSocket {
  emit(
    event: 'unsubscribe',
    request: UnsubscribeRequest,
    acknowledge: (response: UnsubscribeAnswer) => void,
  ): unknown;
  timeout(ms: number): {
    emit(
      event: 'subscribe',
      request: SubscribeRequest,
      done: (error: Error | null, response: SubscribeAnswer) => void,
    ): unknown;
  };
}
