import { currentTraceparent, withTrace, type Logger } from '@tocsin/service';
import { pause } from '@tocsin/contracts/pause';
import { complete } from '../produce/complete.ts';
import type { Producer } from '../produce/producer.ts';
import { demoNotification } from './events.ts';

const REPEAT_AFTER_MS = 1_000;

export interface DemoOptions {
  produce: Producer['produce'];
  intervalMs: number;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Publishes a notification every `intervalMs`. Retries each notification with the same id until it is accepted, then
 * moves on to the next. Resolves when `signal` aborts.
 */
export async function runDemo({ produce, intervalMs, log, signal }: DemoOptions): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const due = performance.now() + intervalMs;
    const notification = complete(demoNotification(n), Date.now());
    await withTrace(undefined, async () => {
      while (!signal.aborted) {
        const outcome = await produce([notification], currentTraceparent());
        if (outcome === 'accepted') return;
        log.warn({ id: notification.id, outcome }, 'the demo notification was not accepted; retrying');
        await pause(REPEAT_AFTER_MS, signal);
      }
    });
    await pause(Math.max(0, due - performance.now()), signal);
  }
}
