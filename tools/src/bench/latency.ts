import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { audit, isClean } from '../ledger/audit.ts';
import { Caller, makeNotifications } from '../ledger/caller.ts';
import { now } from '../ledger/now.ts';
import { Observer } from '../ledger/observer.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { measureDaprCalls, type DaprCalls } from './dapr-calls.ts';
import { quantile } from './quantile.ts';

const CLIENTS = 100;
const RATE = 100;
/** So long the code is compiled and the connections grow. */
const WARM_UP = 1_000;
const COUNT = 3_000;
const FLOOR_CALLS = 300;
/** The median may be at most this multiple of the sum of the Dapr calls on its way. */
const BAR = 2;

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run bench:latency`: the time from POST to socket at 100 notifications a second with 100 clients on two
 * instances, beside the Dapr calls on the way, measured in the same run before and after.
 */
export async function benchLatency(_args: string[], signal: AbortSignal): Promise<number> {
  const stack = await startStack({ env: { LOG_LEVEL: 'warn' } });
  const observers = Array.from({ length: CLIENTS }, (_, i) => {
    const { url, name } = stack.bffs[i % stack.bffs.length] as Stack['bffs'][number];
    return new Observer(`client ${i + 1} on ${name}`, url);
  });
  try {
    await Promise.all(observers.map((observer) => observer.ready()));
    const before = await floor(stack);
    const { sent, caller } = await send(stack, signal);
    await Promise.all(observers.map((observer) => observer.sees(caller.acknowledged.keys(), 60_000)));
    const unclean = observers
      .map((observer) => audit(observer, caller.acknowledged.keys()))
      .filter((a) => !isClean(a));
    if (unclean.length > 0)
      throw new Failure(`${unclean.length} clients were not shown exactly what was sent.`);
    const after = await floor(stack);
    return report(latencies(observers, sent), before, after);
  } finally {
    for (const observer of observers) observer.close();
    await stack.stop();
  }
}

const floor = (stack: Stack): Promise<DaprCalls> =>
  measureDaprCalls(
    stack.producers[0] as Stack['bffs'][number],
    stack.bffs[0] as Stack['bffs'][number],
    FLOOR_CALLS,
  );

/** Sends at an even pace, whatever the answers do; resolves when all are acknowledged. */
async function send(stack: Stack, signal: AbortSignal) {
  const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  const sent = new Map<string, number>();
  const begun: Promise<void>[] = [];
  const started = performance.now();
  for (const [index, notification] of makeNotifications(WARM_UP + COUNT).entries()) {
    const wait = started + (index * 1000) / RATE - performance.now();
    if (wait > 0) await delay(wait);
    if (signal.aborted) break;
    if (index >= WARM_UP) sent.set(notification.id, now());
    begun.push(caller.post([notification]));
  }
  await Promise.all(begun);
  return { sent, caller };
}

const latencies = (observers: readonly Observer[], sent: ReadonlyMap<string, number>): number[] =>
  observers.flatMap(({ shown }) =>
    shown.flatMap(({ id, at }) => {
      const from = sent.get(id);
      return from === undefined ? [] : [at - from];
    }),
  );

function report(times: number[], before: DaprCalls, after: DaprCalls): number {
  const names = Object.keys(before) as (keyof DaprCalls)[];
  const mean = names.map((name) => (before[name] + after[name]) / 2);
  const sum = mean.reduce((total, value) => total + value, 0);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => quantile(times, q)) as [number, number, number];
  const row = (name: string, ms: number) => say(`  ${name.padEnd(28)} ${ms.toFixed(2).padStart(8)} ms`);
  say(
    `\n${times.length} deliveries to ${CLIENTS} clients on two instances, ${RATE} notifications a second, all arrived`,
  );
  row('POST to socket, p50', p50);
  row('POST to socket, p90', p90);
  row('POST to socket, p99', p99);
  say('the Dapr calls on the way, medians one at a time, before and after:');
  for (const [index, name] of names.entries()) row(name, mean[index] ?? 0);
  row('their sum', sum);
  say(
    `ratio p50 / sum of the calls: ${(p50 / sum).toFixed(2)} (bar: ${BAR})   p99 / p50: ${(p99 / p50).toFixed(2)}`,
  );
  return p50 / sum <= BAR ? 0 : 1;
}
