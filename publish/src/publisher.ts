import { pause } from '@tocsin/contracts/pause';
import { bodyOf, takeBatch, withId, type Item } from './batches.ts';
import { faultsByIndex } from './faults.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { PublishError } from './publish-error.ts';
import { sendUntilSettled, type Outcome } from './send.ts';
import type { Publisher, PublisherOptions } from './types.ts';

const BATCHING_DELAY_MS = 5;
const GIVE_UP_AFTER_MS = 60_000;
const MAX_WAITING = 10_000;
/** Maximum number of retractions that are sent at the same time. Each needs its own connection. */
const MAX_RETRACTING = 16;

/** Creates a publisher. It connects when you first use it. */
export function createPublisher(given: PublisherOptions): Publisher {
  const options = { ...given, giveUpAfterMs: given.giveUpAfterMs ?? GIVE_UP_AFTER_MS };
  const { batchingDelayMs = BATCHING_DELAY_MS, maxWaiting = MAX_WAITING } = options;
  const waiting: Item[] = [];
  let unsettled = 0;
  let closed = false;
  let sending: Promise<void> | undefined;
  const retractions = new Set<Promise<Outcome>>();
  const runLimited = limitConcurrency(MAX_RETRACTING);
  /** The time at which the server last accepted or rejected a retraction. */
  let respondedAt = 0;

  /** Sends batches one after the other to preserve the order. */
  async function sendAll(): Promise<void> {
    try {
      if (!closed) await pause(batchingDelayMs);
      while (waiting.length > 0) await settle(takeBatch(waiting));
    } finally {
      sending = undefined;
    }
  }

  /**
   * Sends a batch. After an unexpected error, rejects all notifications in the batch that have not been accepted or
   * rejected yet.
   */
  async function settle(batch: Item[]): Promise<void> {
    try {
      await sendBatch(batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function sendBatch(batch: Item[]): Promise<void> {
    const outcome = await sendUntilSettled(options, {
      method: 'POST',
      path: '/notifications',
      body: bodyOf(batch),
    });
    if (outcome.kind === 'accepted') for (const { id, accept } of batch) accept(id);
    else if (outcome.kind === 'refused') await resendValid(batch, outcome);
    else for (const { id, reject } of batch) reject(errorOf(id, outcome));
  }

  /**
   * Rejects the notifications with errors, and sends the others again: the server published nothing from the rejected
   * request.
   */
  async function resendValid(batch: Item[], outcome: Outcome & { kind: 'refused' }): Promise<void> {
    const faults = faultsByIndex(outcome.problem.errors);
    if (!batch.some((_, index) => faults.has(index))) {
      // The response says nothing about single notifications (401 or 413, for example). If there are several, send each
      // in a separate request, so that each gets its own response.
      if (batch.length > 1) for (const item of batch) await sendBatch([item]);
      else for (const { id, reject } of batch) reject(errorOf(id, outcome));
      return;
    }
    const valid = batch.filter((item, index) => {
      const errors = faults.get(index);
      if (errors) item.reject(errorOf(item.id, { ...outcome, problem: { ...outcome.problem, errors } }));
      return !errors;
    });
    if (valid.length > 0) await sendBatch(valid);
  }

  /** Throws a `PublishError` if the publisher is closed or full. */
  const checkOpen = (id: string): void => {
    if (closed) throw new PublishError('closed', 'The publisher is closed.', { id });
    const count = unsettled + retractions.size;
    if (count < maxWaiting) return;
    const message = `${count} notifications and retractions are already waiting. Try this one again later.`;
    throw new PublishError('full', message, { id });
  };

  /**
   * Retries until `giveUpAfterMs` after the call. If the server accepts or rejects another retraction while this one
   * waits for its first attempt, the time starts again.
   */
  async function sendRetraction(path: string): Promise<Outcome> {
    const calledAt = performance.now();
    const isQueued = retractions.size >= MAX_RETRACTING;
    return runLimited(async () => {
      const since = Math.max(calledAt, respondedAt);
      if (isQueued && performance.now() - since > options.giveUpAfterMs) return { kind: 'gave_up' };
      const outcome = await sendUntilSettled(options, { method: 'DELETE', path }, since);
      if (outcome.kind !== 'gave_up') respondedAt = performance.now();
      return outcome;
    });
  }

  return {
    async publish(notification) {
      const complete = withId(notification);
      const { id } = complete;
      checkOpen(id);
      const json = JSON.stringify(complete);
      unsettled++;
      try {
        return await new Promise<string>((accept, reject) => {
          waiting.push({ id, json, accept, reject });
          sending ??= sendAll();
        });
      } finally {
        unsettled--;
      }
    },
    async retract(id, feed) {
      checkOpen(id);
      const query = feed === undefined ? '' : `?feed=${encodeURIComponent(feed)}`;
      const retraction = sendRetraction(`/notifications/${encodeURIComponent(id)}${query}`);
      retractions.add(retraction);
      const outcome = await retraction;
      retractions.delete(retraction);
      if (outcome.kind !== 'accepted') throw errorOf(id, outcome, 'retract');
    },
    async close() {
      closed = true;
      await Promise.all([sending, ...retractions]);
    },
  };
}

function errorOf(
  id: string,
  outcome: Exclude<Outcome, { kind: 'accepted' }>,
  action: 'publish' | 'retract' = 'publish',
): PublishError {
  if (outcome.kind === 'gave_up') {
    const { status, cause } = outcome;
    const lastOutcome = status === undefined ? 'no response' : `status ${status}`;
    const [done, remedy] = {
      publish: ['published', 'Publish it again with this id.'],
      retract: ['retracted', 'Retract it again.'],
    }[action];
    const message = `Notification ${id} may or may not have been ${done} (${lastOutcome}). ${remedy}`;
    return new PublishError('gave_up', message, { id, status, cause });
  }
  const { status, problem } = outcome;
  const { errors: faults, detail } = problem;
  const listed = faults.map(({ path, message }) => (path ? `${path} ${message}` : message)).join('; ');
  const reason = listed || detail;
  const subject = action === 'publish' ? `Notification ${id}` : `The retraction of ${id}`;
  return new PublishError('refused', `${subject} was rejected: ${reason}`, { id, status, faults });
}
