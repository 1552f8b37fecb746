import type { FeedSocket } from '../connection/feed-socket.ts';
import { TIMING } from '../timing.ts';

type ResponseCallback = (error: Error | null, answer?: unknown) => void;
interface PendingRequest {
  readonly done: ResponseCallback;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Shared by all ports of the page so that a late response from a former leader can't match another request. */
let lastId = 0;

/** A tab's port to the leader's connection, used in place of a socket. */
export class PortSocket implements FeedSocket {
  readonly #send: (id: number, event: string, request: unknown) => void;
  readonly #waiting = new Map<number, PendingRequest>();
  #closed = false;

  constructor(send: (id: number, event: string, request: unknown) => void) {
    this.#send = send;
  }

  emit(event: string, request: unknown, answer: (answer: never) => void): void {
    this.#request(event, request, TIMING.acknowledgement, (error, value) => {
      if (!error) answer(value as never);
    });
  }

  timeout(ms: number) {
    return {
      emit: (event: string, request: unknown, done: (error: Error | null, answer: never) => void): void =>
        this.#request(event, request, ms, (error, value) => done(error, value as never)),
    };
  }

  answered(id: number, answer: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.done(null, answer);
  }

  /** Rejects pending and later requests. */
  close(): void {
    this.#closed = true;
    for (const { done, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      done(new Error('The connection was lost.'));
    }
    this.#waiting.clear();
  }

  #request(event: string, request: unknown, ms: number, done: ResponseCallback): void {
    if (this.#closed) return done(new Error('The connection was lost.'));
    const id = ++lastId;
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      done(new Error(`No response within ${ms} ms.`));
    }, ms);
    this.#waiting.set(id, { done, timer });
    this.#send(id, event, request);
  }
}
