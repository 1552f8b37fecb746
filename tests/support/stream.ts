import { setTimeout as delay } from 'node:timers/promises';
import { makeNotifications, type Caller } from '@tocsin/lab';

/** Posts single notifications sequentially, about 50 per second, until `stop` is called. */
export function startStream(caller: Caller, label: string): { stop(): Promise<void> } {
  let running = true;
  const work = (async () => {
    while (running) {
      await caller.post(makeNotifications(1, { label }));
      await delay(20);
    }
  })();
  // If posting fails before `stop` is called, `stop` rejects with that error.
  work.catch(() => undefined);
  return {
    async stop() {
      running = false;
      await work;
    },
  };
}
