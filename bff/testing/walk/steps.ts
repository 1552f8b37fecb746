import fc from 'fast-check';
import { alwaysPossible, fate, oneInTen, step, indexOfThree, indexOfTwo, type WeightedStep } from './step.ts';

/** The steps that bring notifications from callers to browsers. Calls fail occasionally. */
export const STEPS: readonly WeightedStep[] = [
  step(
    120,
    'post',
    {
      ...{
        caller: indexOfThree,
        producer: indexOfTwo,
        count: fc.integer({ min: 1, max: 2 }),
        twice: oneInTen,
      },
      lifeMs: fc.constantFrom(undefined, undefined, undefined, 5_000, 20_000),
    },
    ({ callers }, { caller }) => !callers[caller]!.busy,
    (world, { caller, producer, count, twice, lifeMs }) => {
      const poster = world.callers[caller]!;
      const ids = poster.ids ?? world.newIds(count, lifeMs);
      poster.post(world, twice ? [...ids, ids[0]!] : ids, world.producers[producer]!);
    },
  ),
  step(
    140,
    'produce',
    { producer: indexOfTwo, fate: fate(20) },
    ({ producers }, { producer }) => !producers[producer]!.isIdle,
    ({ producers }, drawn) => producers[drawn.producer]!.step(drawn.fate),
  ),
  step(
    10,
    'reannounce',
    { producer: indexOfTwo, fate: fate(8) },
    ({ producers }, { producer }) => producers[producer]!.needsReannouncement,
    ({ producers }, drawn) => producers[drawn.producer]!.reannounce(drawn.fate),
  ),
  step(
    100,
    'deliver',
    { index: fc.nat(3), to: indexOfTwo, twice: oneInTen },
    ({ store }, { index }) => index < store.stream.length,
    (world, { index, to, twice }) => world.deliver(index, world.instances[to]!, twice),
  ),
  step(
    700,
    'letThrough',
    { instance: indexOfTwo, call: fc.nat(7), fate: fate(7, 8) },
    ({ instances }, { instance }) => !instances[instance]!.paused && instances[instance]!.calls.waiting > 0,
    ({ instances }, drawn) => instances[drawn.instance]!.calls.letThrough(drawn.call, drawn.fate),
  ),
  step(
    20,
    'revive',
    { fate: fate(8) },
    ({ store }) => store.dead.length > 0,
    (world, drawn) => world.revive(drawn.fate),
  ),
  step(
    100,
    'receive',
    { instance: indexOfTwo },
    ({ instances }, { instance }) => instances[instance]!.pendingBroadcasts.length > 0,
    (world, { instance }) => world.instances[instance]!.receive(world),
  ),
  step(
    30,
    'compare',
    { instance: indexOfTwo },
    ({ instances }, { instance }) => instances[instance]!.canCompare,
    (world, { instance }) => world.instances[instance]!.compare(world),
  ),
  step(
    100,
    'handleNextEvent',
    { client: indexOfThree },
    ({ clients }, { client }) => clients[client]!.hasEvents,
    ({ clients }, { client }) => clients[client]!.handleNextEvent(),
  ),
  step(
    40,
    'fireTimers',
    { client: indexOfThree },
    ({ clients }, { client }) => clients[client]!.hasTimer,
    ({ clients }, { client }) => clients[client]!.fireTimers(),
  ),
  step(
    20,
    'heartbeat',
    { client: indexOfThree },
    ({ clients }, { client }) => clients[client]!.instance !== undefined,
    ({ clients }, { client }) => clients[client]!.heartbeat(),
  ),
  step(
    60,
    'connect',
    { client: indexOfThree, to: indexOfTwo },
    ({ clients }, { client }) => !clients[client]!.instance,
    ({ clients, instances }, { client, to }) => clients[client]!.connect(instances[to]!),
  ),
  step(6, 'advanceTime', { ms: fc.constantFrom(5_000, 61_000, 125_000) }, alwaysPossible, (world, { ms }) =>
    world.advanceTime(ms),
  ),
];
