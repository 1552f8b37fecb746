import type { Page } from '@tocsin/contracts';
import { readPage } from '../../recover/page.ts';
import { checkEnd } from './end-checks.ts';
import { Random, seedRandomBytes } from './random.ts';
import { Report } from './report.ts';
import type { Fault } from './faults.ts';
import { World } from './world.ts';

export interface WalkOptions {
  walks: number;
  seed: number;
  faults: ReadonlySet<Fault>;
  /** Ends before the next walk once so many ms have passed. */
  limitMs?: number;
}

const STEPS = 1_000;
const MOST_STEPS_TO_REST = 6_000;

/**
 * Walks at random through the code of turns, recovery and merging while calls fail, processes die and messages are
 * lost, doubled and reordered. The same seed repeats the same walks.
 */
export async function explore({ walks, seed, faults, limitMs = Infinity }: WalkOptions): Promise<Report> {
  const report = new Report();
  const end = Date.now() + limitMs;
  for (let n = 0; n < walks && Date.now() < end; n++) {
    const random = new Random(seed * 1_000_003 + n * 7_919);
    const restore = seedRandomBytes(random);
    try {
      await walk(random, faults, report);
    } finally {
      restore();
    }
  }
  return report;
}

async function walk(random: Random, faults: ReadonlySet<Fault>, report: Report): Promise<void> {
  report.begin();
  const world = new World(random, faults, report);
  const walker = new Walker(world, report);
  for (let i = 0; i < STEPS; i++) await walker.step();
  world.calm = true;
  report.log('--- calm');
  for (const instance of world.instances) instance.paused = false;
  for (const effect of world.landing.splice(0)) effect();
  await walker.rest();
  // A later entry and its doorbell bring along what earlier losses left behind.
  const [caller] = world.callers;
  if (caller && !caller.ids) caller.post(world, [`last${report.walks}`]);
  await walker.rest();
  // A reader of all history finds what the store has lost, unless somebody still holds it; then a new epoch begins.
  if (world.segmentLost) for (const instance of world.instances) world.kill(instance);
  await walker.readAll();
  await walker.rest();
  checkEnd(world, report, await walker.readAll());
}

class Walker {
  readonly #world: World;
  readonly #report: Report;
  readonly #actions: readonly (readonly [number, () => void])[];
  readonly #total: number;
  #hush = false;
  #posted = 0;

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
    const { random } = world;
    this.#actions = [
      [10, () => this.#post()],
      [14, () => random.pick(world.producers).step()],
      [10, () => world.deliver()],
      [60, () => this.#letThrough()],
      [10, () => random.pick(world.instances).receive(world)],
      [3, () => random.pick(world.instances).compare()],
      [8, () => random.pick(world.clients).read(world.calm)],
      [6, () => this.#connect()],
      [4, () => random.pick(world.clients).timers()],
      [2, () => random.pick(world.clients).heartbeat()],
      [1, () => world.revive()],
      [6, () => this.#fault()],
    ];
    this.#total = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
  }

  async step(): Promise<void> {
    const world = this.#world;
    this.#report.steps++;
    world.tick();
    if (this.#hush && world.quiet()) {
      this.#hush = false;
      world.passDay();
    }
    let x = world.random.below(this.#total);
    const chosen = this.#actions.find(([weight]) => (x -= weight) < 0);
    chosen?.[1]();
    // All that follows from it, up to the next calls.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Steps until nothing is under way and every client is where the head is. */
  async rest(): Promise<void> {
    this.#hush = false;
    const { clients, instances } = this.#world;
    const arrived = () => {
      const head = this.#world.store.head?.head;
      return clients.every(
        ({ merge }) => merge.position?.epoch === head?.epoch && merge.position?.offset === head?.offset,
      );
    };
    for (let i = 0; i < MOST_STEPS_TO_REST; i++) {
      if (i % 20 === 0) for (const instance of instances) instance.compare();
      await this.step();
      if (i % 20 === 19 && this.#world.quiet() && arrived()) return;
    }
  }

  /** The whole history as each instance serves it, in pages. */
  async readAll(): Promise<Page[][]> {
    const all: Page[][] = [];
    for (const { view } of this.#world.instances) {
      const epoch = this.#world.store.head?.head.epoch ?? '';
      const pages: Page[] = [];
      for (let attempt = 0; attempt < 50; attempt++) {
        const position = { epoch, offset: pages.at(-1)?.offset ?? 0 };
        const page = await this.#stepUntil(
          readPage(view, { kind: 'after', position, limit: 7 }, () => this.#world.clock),
        );
        if (page) pages.push(page);
        if (page && !page.more) break;
      }
      all.push(pages);
    }
    return all;
  }

  async #stepUntil<T>(work: Promise<T>): Promise<T | undefined> {
    let result: { value?: T } | undefined;
    work.then(
      (value) => (result = { value }),
      () => (result = {}),
    );
    while (!result) await this.step();
    return result.value;
  }

  #post(): void {
    const { random, callers, calm } = this.#world;
    const caller = random.pick(callers);
    if (caller.busy) return;
    if (caller.ids) return caller.post(this.#world, caller.ids);
    if (calm || this.#hush) return;
    const ids = Array.from({ length: 1 + random.below(2) }, () => `n${++this.#posted}`);
    if (random.chance(0.1)) ids.push(ids[0] as string);
    caller.post(this.#world, ids);
  }

  #letThrough(): void {
    const { random, instances, calm } = this.#world;
    const instance = random.pick(instances);
    if (calm || !instance.paused) this.#world.letThrough(instance);
  }

  #connect(): void {
    const { random, clients, instances } = this.#world;
    const client = random.pick(clients);
    const move = this.#world.on('reconnect') && random.chance(0.2);
    if (!client.instance || move) client.connect(random.pick(instances));
  }

  #fault(): void {
    const world = this.#world;
    const { random } = world;
    const kinds: [Fault, number, () => void][] = [
      ['restart', 0.5, () => random.pick(world.producers).kill()],
      ['lose', 0.4, () => world.loseDoorbell()],
      ['overlap', 1, () => (world.placement = 1 - world.placement)],
      ['pause', 1, () => togglePause(random.pick(world.instances))],
      ['kill', 0.8, () => world.kill(random.pick(world.instances))],
      ['day', 0.4, () => (this.#hush = true)],
      ['broadcast', 1, () => (world.busRisk = world.busRisk > 0.5 || random.chance(0.7) ? 0.08 : 0.8)],
      ['late', 1, () => world.landing.splice(random.below(world.landing.length), 1)[0]?.()],
      ['empty', world.turnsUnderWay ? 0.15 : 0.05, () => world.empty()],
      ['rollback', world.turnsUnderWay ? 0.25 : 0.1, () => world.rollBack()],
      ['segment', 0.05, () => world.loseSegment()],
    ];
    const [kind, chance, happen] = random.pick(kinds);
    if (world.on(kind) && random.chance(chance)) happen();
  }
}

const togglePause = (instance: { paused: boolean }): void => {
  instance.paused = !instance.paused;
};
