import fc from 'fast-check';
import type { Position } from '@tocsin/contracts';
import type { Step } from '../../src/deliver/ports.ts';
import { endFaults, waitUntilQuiet } from './check/settle.ts';
import { alwaysPossible, step, indexOfThree, indexOfTwo, type WeightedStep } from './step.ts';
import { FORGERIES, STRANGER } from './world/turn-calls.ts';
import type { World } from './world/world.ts';

/** Delivery steps after which an instance can die. */
export const DEATH_STEPS = [
  ...([
    'received',
    'loaded',
    'peeked',
    'committed',
    'broadcast',
    'checkpointed',
    'popped',
    'answered',
  ] as const),
] satisfies Step[];

/**
 * Draws how far a forged position is past the head: either in a later epoch (`epoch`), or by this number of
 * publications.
 */
const distanceBeyondHead = () => fc.constantFrom<'epoch' | number>('epoch', 1, 1_000_000);

function positionBeyond({ position }: World, distance: 'epoch' | number): Position {
  if (distance === 'epoch' || !position) return { epoch: '8000000000000000-forged', offset: 1 };
  return { epoch: position.epoch, offset: position.offset + distance };
}

/** Faults that lose no data in the store, except announcements. */
export const FAULTS: readonly WeightedStep[] = [
  step(3, 'restartProducer', { producer: indexOfTwo }, alwaysPossible, ({ producers }, { producer }) =>
    producers[producer]!.kill(),
  ),
  step(
    3,
    'loseAnnouncement',
    { index: fc.nat(5) },
    ({ store }) => store.stream.length > 0,
    (world, { index }) => world.loseAnnouncement(index),
  ),
  // While instances disagree about who hosts the actors, two hosts can run turns at the same time.
  step(
    20,
    'changePlacement',
    { instance: indexOfTwo, on: indexOfTwo },
    ({ placement }, { instance, on }) => placement[instance] !== on,
    ({ placement }, { instance, on }) => (placement[instance] = on),
  ),
  step(6, 'togglePause', { instance: indexOfTwo }, alwaysPossible, ({ instances }, { instance }) => {
    instances[instance]!.paused = !instances[instance]!.paused;
  }),
  // If bit i of `applied` is set and the i-th pending call is a write, the write still takes effect.
  step(
    4,
    'kill',
    { instance: indexOfTwo, applied: fc.nat(15) },
    alwaysPossible,
    (world, { instance, applied }) => world.kill(world.instances[instance]!, applied),
  ),
  step(
    8,
    'dieAt',
    { instance: indexOfTwo, at: fc.constantFrom(...DEATH_STEPS) },
    alwaysPossible,
    ({ instances }, drawn) => {
      instances[drawn.instance]!.diesAt = drawn.at;
    },
  ),
  step(2, 'toggleBackplane', {}, alwaysPossible, (world) => (world.isBackplaneDown = !world.isBackplaneDown)),
  step(
    15,
    'mangleBroadcast',
    { instance: indexOfTwo, how: fc.constantFrom('lose', 'double', 'delay') },
    ({ instances }, { instance }) => instances[instance]!.pendingBroadcasts.length > 0,
    ({ instances }, { instance, how }) => {
      const { pendingBroadcasts } = instances[instance]!;
      const first = pendingBroadcasts.shift()!;
      if (how === 'double') pendingBroadcasts.unshift(first, first);
      if (how === 'delay') pendingBroadcasts.push(first);
    },
  ),
  step(
    15,
    'applyLateEffect',
    { index: fc.nat(3) },
    ({ lateEffects }) => lateEffects.length > 0,
    ({ lateEffects }, { index }) => lateEffects.splice(index % lateEffects.length, 1)[0]!(),
  ),
  step(
    10,
    'reconnect',
    { client: indexOfThree, to: indexOfTwo },
    ({ clients }, { client }) => clients[client]!.instance !== undefined,
    ({ clients, instances }, { client, to }) => clients[client]!.connect(instances[to]!),
  ),
  step(
    4,
    'disconnect',
    { client: indexOfThree },
    ({ clients }, { client }) => clients[client]!.instance !== undefined,
    ({ clients }, { client }) => clients[client]!.disconnect(),
  ),
  // A tab is reopened with an old position, or with a position past the head.
  step(
    8,
    'reopen',
    { client: indexOfThree, age: fc.nat(20), ahead: fc.constantFrom(0, 0, 0, 0, 2) },
    alwaysPossible,
    (world, { client, age, ahead }) => world.reopen(client, age, ahead),
  ),
  // An unrelated application claims to host our actors.
  step(
    2,
    'placeOnStranger',
    { instance: indexOfTwo },
    alwaysPossible,
    ({ placement }, { instance }) => (placement[instance] = STRANGER),
  ),
  step(
    4,
    'forgeCall',
    { host: indexOfTwo, how: fc.constantFrom(...FORGERIES), ahead: distanceBeyondHead() },
    alwaysPossible,
    (world, { host, how, ahead }) =>
      world.turns.forge(world.instances[host]!, positionBeyond(world, ahead), how),
  ),
  step(
    4,
    'forgeBroadcast',
    { instance: indexOfTwo, proof: fc.constantFrom('none', 'wrong', 'stale'), ahead: distanceBeyondHead() },
    alwaysPossible,
    (world, { instance, proof, ahead }) =>
      world.forgeBroadcast(world.instances[instance]!, positionBeyond(world, ahead), proof),
  ),
  // `passDay` removes the entries, runs and ids of the previous day, so wait for all pending work first.
  step(2, 'passDay', {}, alwaysPossible, async (world) => {
    endFaults(world);
    await waitUntilQuiet(world);
    world.passDay();
  }),
];

/** Faults that lose data in the store. */
export const LOSSES: readonly WeightedStep[] = [
  step(4, 'empty', {}, alwaysPossible, (world) => world.emptyStore()),
  step(
    14,
    'rollBack',
    { to: fc.nat(7) },
    (world) => world.canRollBack,
    (world, { to }) => world.rollBack(to),
  ),
  step(
    3,
    'loseSegment',
    { index: fc.nat(7) },
    ({ store }) => store.head !== undefined && store.head.head.segments.length > 0,
    (world, { index }) => world.loseSegment(index),
  ),
];
