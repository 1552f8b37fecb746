import type { Page } from '@tocsin/contracts';
import { firstOffset } from '../../../src/feed/history/history.ts';
import { readPage } from '../../../src/recover/page/page.ts';
import { checkEnd } from './end-checks.ts';
import type { World } from '../world/world.ts';

/** Each step advances the clock by this much. */
export const STEP_MS = 500;
const MAX_ROUNDS = 1_000;
/**
 * Number of rounds between comparisons. A comparison ends in fewer rounds, so some rounds before the next one are
 * quiet.
 */
const COMPARE_EVERY = 8;

/** Resolves once all code has run until its next outgoing call. */
export const flushPending = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Ends all persistent faults. */
export function endFaults(world: World): void {
  world.isBackplaneDown = false;
  world.placement.fill(0);
  for (const instance of world.instances) {
    instance.paused = false;
    instance.diesAt = undefined;
  }
}

/** Advances the whole world by a step without faults. */
async function round(world: World, n: number): Promise<void> {
  const { instances, clients, producers, callers, store } = world;
  world.advanceTime(STEP_MS);
  for (const effect of world.lateEffects.splice(0)) effect();
  for (const caller of callers) {
    if (caller.ids && !caller.busy && producers[0]) caller.post(world, caller.ids, producers[0]);
  }
  for (const producer of producers) {
    if (producer.needsReannouncement) producer.reannounce('good');
    producer.step('good');
  }
  world.revive('good');
  for (const index of store.stream.keys()) {
    const instance = instances[index % instances.length];
    if (instance) world.deliver(index, instance, false);
  }
  for (const instance of instances) {
    for (let waiting = instance.calls.waiting; waiting > 0; waiting--) instance.calls.letThrough(0, 'good');
    instance.receive(world);
    if (n % COMPARE_EVERY === 0 && instance.canCompare) instance.compare(world);
  }
  for (const [index, client] of clients.entries()) {
    const instance = instances[index % instances.length];
    if (!client.instance && instance) client.connect(instance);
    client.handleNextEvent();
    client.fireTimers();
    client.heartbeat();
  }
  await flushPending();
}

/** Runs rounds until no work is pending. Clients can still be behind. */
export async function waitUntilQuiet(world: World): Promise<void> {
  for (let i = 0; i < MAX_ROUNDS && !world.isQuiet(); i++) await round(world, i);
}

/** Runs rounds without new notifications until no work is pending and every client has reached the head. */
async function waitUntilCaughtUp(world: World): Promise<void> {
  const haveCaughtUp = () => {
    const { epoch, offset } = world.position ?? {};
    return world.clients.every(
      ({ merge }) => merge.position?.epoch === epoch && merge.position?.offset === offset,
    );
  };
  for (let i = 0; i < MAX_ROUNDS; i++) {
    if (world.isQuiet() && haveCaughtUp()) return;
    await round(world, i);
  }
  const clientPositions = world.clients.map(({ merge }) => JSON.stringify(merge.position));
  world.report.violation(
    'UNSETTLED',
    `head ${JSON.stringify(world.position)}, clients ${clientPositions.join(' ')}`,
  );
}

/** Lets a walk's pending work finish and checks the result. */
export async function end(world: World): Promise<void> {
  endFaults(world);
  await waitUntilCaughtUp(world);
  world.report.check();
  // Post one more notification. Its turn also processes entries that earlier losses left behind.
  const [caller] = world.callers;
  const [producer] = world.producers;
  if (caller && producer && !caller.ids) caller.post(world, world.newIds(1), producer);
  await waitUntilCaughtUp(world);
  // Reading the entire history reveals missing documents and starts a new epoch. Instances could have cached these
  // documents, so restart them first.
  if (world.segmentLost) for (const instance of [...world.instances]) world.kill(instance, 0);
  await readAll(world);
  await waitUntilCaughtUp(world);
  checkEnd(world, world.report, await readAll(world));
}

/** Returns the pages of the entire history, as served by each instance. */
async function readAll(world: World): Promise<Page[][]> {
  const all: Page[][] = [];
  for (const { view } of world.instances) {
    const head = world.store.head?.head;
    if (!head) continue;
    const pages: Page[] = [];
    for (let attempt = 0; attempt < 50; attempt++) {
      const offset = pages.at(-1)?.offset ?? firstOffset(head, world.limits, world.clock) - 1;
      const position = { epoch: head.epoch, offset };
      const work = readPage(view, { kind: 'after', position, limit: 7 }, () => world.clock);
      const page = await stepUntil(world, work);
      if (page) pages.push(page);
      if (page && !page.more) break;
    }
    all.push(pages);
  }
  return all;
}

/** Runs rounds until `work` has settled. Resolves with `undefined` if it was rejected. */
async function stepUntil<T>(world: World, work: Promise<T>): Promise<T | undefined> {
  let result: { value?: T } | undefined;
  work.then(
    (value) => (result = { value }),
    () => (result = {}),
  );
  for (let i = 1; !result; i++) await round(world, i);
  return result.value;
}
