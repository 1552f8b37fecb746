import { setTimeout as delay } from 'node:timers/promises';
import { audit, makeNotifications } from '@tocsin/lab';
import type { Stack } from '@tocsin/tools';
import { Flow } from '../flow.ts';
import { startStream } from '../stream.ts';

/**
 * Publishes a stream of notifications from 3 s before until 12 s after `fail`, then publishes five more and waits until
 * they have been shown. Returns an audit for each observer.
 */
export async function streamThrough(stack: Stack, fail: () => Promise<unknown>) {
  const flow = new Flow(stack, 1);
  await flow.ready();
  const stream = startStream(flow.caller, 'failover');
  await delay(3_000);
  await fail();
  const failedAt = Date.now();
  await delay(12_000);
  await stream.stop();
  const last = makeNotifications(5);
  for (const notification of last) await flow.caller.post([notification]);
  await Promise.all(
    flow.observers.map((observer) =>
      observer.untilShown(
        last.map(({ id }) => id),
        60_000,
      ),
    ),
  );
  // Late retries can still deliver some notifications.
  await delay(5_000);
  flow.close();
  return flow.observers.map((observer) => {
    const result = audit(observer, flow.caller.acknowledged.keys());
    const resumedAt = observer.shown.find(({ at }) => at > failedAt + 500)?.at ?? Number.NaN;
    const { acknowledged, lost, reportedGaps } = result;
    console.log(
      `${result.observer}: ${acknowledged} acknowledged, ${lost.length} lost, ${reportedGaps} gaps, ` +
        `first delivery ${Math.round(resumedAt - failedAt)} ms after the failure`,
    );
    return result;
  });
}
