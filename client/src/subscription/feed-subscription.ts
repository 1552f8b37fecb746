import {
  isExpired,
  type Position,
  type ReadEvent,
  type ReadState,
  type ReceivedEvent,
  type ServerEventName,
  type ServerEvents,
  type SocketError,
  type SubscribeAnswer,
} from '@tocsin/contracts';
import { backOff } from '@tocsin/contracts/pause';
import { ClientError } from '../errors.ts';
import { Expiries } from '../merge/expiries.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { FeedMerge } from '../merge/merge.ts';
import type { MergeEffect, MergeEvent } from '../merge/merge-types.ts';
import type { RecentIds } from '../merge/recent-ids.ts';
import { errorIn, isInboxState, isPage, isReadState } from '../shapes.ts';
import { TIMING } from '../timing.ts';
import type { FeedHandlers, PositionStore } from '../types.ts';
import { InboxUpdates } from './inbox-updates.ts';

/** Number of unanswered subscribe requests in a row after which the connection is reported as stuck. */
const MAX_UNANSWERED = 2;

export interface FeedSubscriptionContext {
  positions: PositionStore;
  /** Ended snoozes that the client has already reported. */
  reportedSnoozes: RecentIds;
  random: () => number;
  /** Runs one of the app's handlers and reports any exceptions. */
  call: (handler: () => void) => void;
  report: (error: Error) => void;
  /** Called whenever `live` might have changed. */
  changed: () => void;
  /** Called on any response to a subscribe request. */
  responded: () => void;
  /** Called when the server has repeatedly failed to respond. */
  stuck: () => void;
}

/** Handlers of server events about a feed. */
type EventConsumers = { readonly [Name in ServerEventName]?: (payload: ServerEvents[Name]) => void };
type Timer = ReturnType<typeof setTimeout>;

/**
 * Merges the read states of two events, which can arrive out of order. If their epochs differ, only the later event
 * counts.
 */
function mergeReads(event: ReadEvent, earlier: ReadEvent | undefined): ReadEvent {
  if (earlier?.epoch !== event.epoch) return event;
  const ids = [...new Set([...earlier.ids, ...event.ids])];
  return { ...event, offset: Math.max(earlier.offset, event.offset), ids };
}

/** Carries out the effects of a feed's merge: starts timers, sends requests and calls the app's handlers. */
export class FeedSubscription {
  readonly feed: string;
  readonly handlers: FeedHandlers;
  readonly #context: FeedSubscriptionContext;
  readonly #merge: FeedMerge;
  readonly #expiries: Expiries;
  readonly #consumers: EventConsumers = {
    publications: ({ epoch, publications }) => this.#handle({ type: 'publications', epoch, publications }),
    position: ({ epoch, offset }) => this.#handle({ type: 'position', position: { epoch, offset } }),
    retracted: ({ ids }) => this.#handle({ type: 'retracted', ids }),
    read: (event) => {
      if (!this.live) this.#earlyRead = mergeReads(event, this.#earlyRead);
      else if (event.epoch === this.position?.epoch) this.#reportRead(event);
    },
    inbox: (event) => this.#inbox.pass(event),
    'snooze-due': ({ due }) => this.#inbox.passDue(due),
  };
  readonly #inbox: InboxUpdates;
  #socket: FeedSocket | undefined;
  /** Number of the last subscribe request. Responses to earlier requests are ignored. */
  #lastRequest = 0;
  #attempts = 0;
  #unanswered = 0;
  #lastActivity = 0;
  /** Merged read events from before the acknowledgement. Dropped if the acknowledgement has another epoch. */
  #earlyRead: ReadEvent | undefined;
  #gapTimer: Timer | undefined;
  #retryTimer: Timer | undefined;
  #silenceTimer: Timer | undefined;
  /** `fresh` until the server first responds. `ended` when closed or permanently refused. */
  state: 'fresh' | 'active' | 'ended' = 'fresh';

  constructor(
    feed: string,
    handlers: FeedHandlers,
    start: Position | undefined,
    context: FeedSubscriptionContext,
  ) {
    this.feed = feed;
    this.handlers = handlers;
    this.#context = context;
    this.#inbox = new InboxUpdates(handlers, context.reportedSnoozes, (handler) => this.#call(handler));
    this.#merge = new FeedMerge(context.positions.get(feed) ?? start);
    this.#expiries = new Expiries((ids) => context.call(() => handlers.onGone?.(ids, 'expired')));
  }

  get live(): boolean {
    return this.#merge.live;
  }

  get position(): Position | undefined {
    return this.#merge.position;
  }

  /** Subscribes from the current position on a new socket. */
  connected(socket: FeedSocket): void {
    this.#socket = socket;
    this.#attempts = 0;
    this.#unanswered = 0;
    this.#handle({ type: 'connected' });
  }

  disconnected(): void {
    this.#socket = undefined;
    this.#stopTimers();
    this.#lastRequest++;
    this.#handle({ type: 'disconnected' });
  }

  received({ name, payload }: ReceivedEvent): void {
    const consume = this.#consumers[name] as ((payload: unknown) => void) | undefined;
    if (!consume) return;
    this.#recordActivity();
    consume(payload);
  }

  /**
   * Called when the device has woken up. Reports expired notifications. Resubscribes if no event has arrived since,
   * which also reveals a dead connection.
   */
  wokeUp(): void {
    this.#expiries.check();
    if (this.#socket && Date.now() - this.#lastActivity >= TIMING.slept) this.#handle({ type: 'silence' });
  }

  /** Subscribes from the current position to check whether the server responds. */
  probe(): void {
    this.#handle({ type: 'silence' });
  }

  /** Ends the subscription without telling the server. */
  end(): void {
    this.state = 'ended';
    this.#socket = undefined;
    this.#stopTimers();
    this.#expiries.stop();
  }

  #handle(event: MergeEvent): void {
    if (this.state === 'ended') return;
    for (const effect of this.#merge.handle(event)) {
      this.#apply(effect);
      // A handler might have closed the subscription.
      if (this.#hasEnded()) return;
    }
    this.#context.changed();
  }

  #hasEnded(): boolean {
    return this.state === 'ended';
  }

  #apply(effect: MergeEffect): void {
    const { feed } = this;
    const { call } = this.#context;
    const handlers = this.handlers;
    switch (effect.type) {
      case 'subscribe':
        return this.#subscribe(effect.position);
      case 'ask-later':
        return this.#retryLater();
      case 'gap-opened':
        this.#gapTimer = setTimeout(() => this.#handle({ type: 'gap-stayed' }), TIMING.gap);
        return;
      case 'gap-closed':
        return clearTimeout(this.#gapTimer);
      case 'show': {
        const { epoch, delivery, away } = effect;
        const now = Date.now();
        const publications = effect.publications.filter(({ notification }) => !isExpired(notification, now));
        for (const { notification } of publications)
          this.#expiries.watch(notification.id, notification.expiresAt);
        if (publications.length === 0) return;
        return call(() => handlers.onPublications?.(publications, { feed, epoch, delivery, away }));
      }
      case 'gone':
        this.#expiries.forget(effect.ids);
        return call(() => handlers.onGone?.(effect.ids, effect.reason));
      case 'missed':
        if (effect.erased) this.#expiries.stop();
        return call(() => handlers.onGap?.(effect.from, effect.to, { erased: effect.erased }));
      case 'moved':
        this.#context.positions.set(feed, effect.position);
        return call(() => handlers.onPosition?.(effect.position));
      case 'caught-up':
        // Store the position even if it did not change: it can be a start position that the app gave.
        if (this.position) this.#context.positions.set(feed, this.position);
        return call(() => handlers.onCaughtUp?.({ feed, away: effect.away }));
    }
  }

  #subscribe(position: Position | undefined): void {
    clearTimeout(this.#retryTimer);
    const number = ++this.#lastRequest;
    this.#recordActivity();
    const { feed } = this;
    this.#socket
      ?.timeout(TIMING.acknowledgement)
      .emit('subscribe', { feed, ...(position && { position }) }, (error, response) => {
        if (number !== this.#lastRequest || this.#hasEnded()) return;
        if (error) this.#handleTimeout(error);
        else this.#handleResponse(response);
      });
  }

  #handleTimeout(cause: Error): void {
    const message = `No acknowledgement for ${this.feed} within ${TIMING.acknowledgement} ms.`;
    this.#context.report(new ClientError('timeout', message, { temporary: true, cause }));
    this.#handle({ type: 'refused' });
    if (++this.#unanswered >= MAX_UNANSWERED) this.#context.stuck();
  }

  #handleResponse(response: SubscribeAnswer): void {
    this.#recordActivity();
    this.#context.responded();
    // A status handler might have closed the subscription.
    if (this.#hasEnded()) return;
    this.#unanswered = 0;
    if (this.state === 'fresh') this.state = 'active';
    if (response?.ok && isPage(response)) {
      this.#attempts = 0;
      const { epoch, read, inbox } = response;
      if (isInboxState(inbox)) this.#inbox.pass(inbox);
      if (isReadState(read)) this.#reportRead({ epoch, ...read });
      const earlyRead = this.#earlyRead;
      this.#earlyRead = undefined;
      if (earlyRead?.epoch === epoch) this.#reportRead(earlyRead);
      return this.#handle({ type: 'answer', page: response });
    }
    const error = errorIn(response);
    if (!error.temporary) return this.#refusedPermanently(error);
    // Each refusal counts toward a server limit, so quick retries of many feeds would end the connection.
    if (error.code === 'too_many_requests') this.#attempts = Math.max(this.#attempts, TIMING.busyAttempts);
    this.#context.report(new ClientError(error.code, `${this.feed}: ${error.message}`, error));
    this.#handle({ type: 'refused' });
  }

  #reportRead({ epoch, offset, ids, earlier }: ReadState & { epoch: string }): void {
    this.#call(() => this.handlers.onRead?.({ epoch, offset, ids: [...ids], earlier }));
  }

  /** Runs a handler unless a previous handler closed the subscription. */
  #call(handler: () => void): void {
    if (!this.#hasEnded()) this.#context.call(handler);
  }

  #refusedPermanently(error: SocketError): void {
    this.end();
    this.#context.call(() => this.handlers.onRefused?.(error));
    this.#context.changed();
  }

  #retryLater(): void {
    const delay = backOff(this.#attempts++, TIMING.retryMin, TIMING.retryMax, this.#context.random);
    this.#retryTimer = setTimeout(() => this.#handle({ type: 'retry' }), delay);
  }

  #recordActivity(): void {
    this.#lastActivity = Date.now();
    if (this.#silenceTimer === undefined && this.#socket) this.#watchSilence(TIMING.silence);
  }

  #watchSilence(delay: number): void {
    this.#silenceTimer = setTimeout(() => {
      this.#silenceTimer = undefined;
      const remaining = this.#lastActivity + TIMING.silence - Date.now();
      if (remaining > 0) return this.#watchSilence(remaining);
      this.#watchSilence(TIMING.silence);
      this.#handle({ type: 'silence' });
    }, delay);
  }

  #stopTimers(): void {
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = undefined;
  }
}
