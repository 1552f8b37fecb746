import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, messageOf } from '@tocsin/tools/failure';
import { parseOptions, throwIfInvalid } from '@tocsin/tools/options';
import { ROOT } from '@tocsin/tools/paths';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import { createClient, type RedisClientType } from 'redis';
import { audit, isClean } from '../ledger/audit.ts';
import { Caller, makeNotifications } from '../ledger/caller.ts';
import { Observer } from '../ledger/observer.ts';
import { growthOf, MAX_GROWTH, printSoak } from './report.ts';
import { takeSample, type Sample } from './sample.ts';

const RATE = 100;
const CLIENTS_PER_BFF = 3;
const SAMPLE_EVERY_MS = 10_000;
/** The warm-up's share of the run. During the warm-up, buffers fill and V8 compiles the code. */
const WARM_UP_SHARE = 1 / 6;
const USAGE = 'npm run soak -- [--minutes N]';

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run soak`: publishes 100 notifications a second, by default for an hour. Samples the memory of every process and
 * the data in Redis. Exits with 1 if a process other than Redis grows by more than a tenth after the warm-up, or a
 * client misses, repeats or reorders a notification.
 */
export async function soak(args: string[], signal: AbortSignal): Promise<number> {
  const minutes = readMinutes(args);
  const stack = await startStack({ env: { LOG_LEVEL: 'warn' } });
  const redis: RedisClientType = createClient({ url: `redis://${stack.redisHost}` });
  const observers = stack.bffs.flatMap(({ name, url }) =>
    Array.from({ length: CLIENTS_PER_BFF }, (_, i) => new Observer(`client ${i + 1} on ${name}`, url)),
  );
  try {
    await redis.connect();
    await Promise.all(observers.map((observer) => observer.ready()));
    const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    const samples = await send(stack, redis, caller, minutes * 60, signal);
    const faultyClients = await check(observers, caller);
    const warmUp = minutes * 60 * WARM_UP_SHARE;
    say(`\n${printSoak(samples, warmUp)}`);
    write(samples);
    const grown = growthOf(samples, warmUp).filter(
      ({ process, early, late }) => process !== 'redis' && late > early * MAX_GROWTH,
    );
    say(
      `\n${caller.acknowledged.size} acknowledged in ${minutes} minutes, ${faultyClients} of ${observers.length} clients ` +
        `missed, repeated or reordered some of them, ${grown.length} processes grew by more than a tenth` +
        (grown.length > 0 ? `: ${grown.map(({ process }) => process).join(', ')}` : ''),
    );
    return faultyClients === 0 && grown.length === 0 ? 0 : 1;
  } finally {
    for (const observer of observers) observer.close();
    if (redis.isOpen) redis.destroy();
    await stack.stop();
  }
}

function readMinutes(args: string[]): number {
  const { values } = parseOptions(args, USAGE, { options: { minutes: { type: 'string', default: '60' } } });
  const minutes = Number(values.minutes);
  throwIfInvalid(minutes >= 1 ? [] : ['--minutes must be at least 1'], USAGE);
  return minutes;
}

/** Posts single notifications at a steady rate while sampling all processes. */
async function send(
  stack: Stack,
  redis: RedisClientType,
  caller: Caller,
  seconds: number,
  signal: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const posts = new Set<Promise<void>>();
  const started = performance.now();
  let nextSample = SAMPLE_EVERY_MS;
  const failures: Error[] = [];
  const notifications = makeNotifications(seconds * RATE, { label: 'soak' });
  for (const [index, notification] of notifications.entries()) {
    const wait = started + (index * 1000) / RATE - performance.now();
    if (wait > 0) await delay(wait);
    if (signal.aborted) throw new Failure('Stopped before the end of the run.');
    if (failures[0]) throw failures[0];
    const post = caller
      .post([notification])
      .catch((error: unknown) => failures.push(toError(error)))
      .finally(() => posts.delete(post)) as Promise<void>;
    posts.add(post);
    const elapsed = performance.now() - started;
    if (elapsed < nextSample) continue;
    nextSample += SAMPLE_EVERY_MS;
    samples.push(await takeSample(stack, redis, Math.round(elapsed / 1000)));
    if (samples.length % 30 === 0) say(`${Math.round(elapsed / 60_000)} minutes`);
  }
  await Promise.all(posts);
  if (failures[0]) throw failures[0];
  return samples;
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(messageOf(thrown)));

/** Returns the number of clients that missed, repeated or reordered notifications. */
async function check(observers: readonly Observer[], caller: Caller): Promise<number> {
  for (const observer of observers) await observer.untilShown(caller.acknowledged.keys(), 60_000);
  return observers.filter((observer) => !isClean(audit(observer, caller.acknowledged.keys()))).length;
}

function write(samples: readonly Sample[]): void {
  const dir = join(ROOT, '.artifacts');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'soak-report.json'), `${JSON.stringify(samples, null, 2)}\n`);
  say('\nWrote .artifacts/soak-report.json');
}
