import fc from 'fast-check';
import type { Fate } from './world/calls.ts';
import type { Report } from './check/report.ts';
import { flushPending, STEP_MS } from './check/settle.ts';
import type { World } from './world/world.ts';

type Choices = Record<string, fc.Arbitrary<unknown>>;
type Drawn<C extends Choices> = { [K in keyof C]: C[K] extends fc.Arbitrary<infer V> ? V : never };

/** A step that can happen in a world, and its relative frequency. */
export interface WeightedStep {
  weight: number;
  arbitrary: fc.Arbitrary<fc.AsyncCommand<World, Report>>;
}

/**
 * Creates a step. All of its random choices are drawn in advance, so that shrinking can remove other steps without
 * changing this step. There is no separate model: `possible` looks at the world itself to decide whether the step can
 * happen, and the world's rules are checked after each step.
 */
export function step<C extends Choices>(
  weight: number,
  name: string,
  choices: C,
  possible: (world: World, drawn: Drawn<C>) => boolean,
  perform: (world: World, drawn: Drawn<C>) => unknown,
): WeightedStep {
  const arbitrary = fc.record(choices).map((values) => {
    const drawn = values as Drawn<C>;
    return {
      check: (world: World) => possible(world, drawn),
      run: async (world: World, report: Report) => {
        world.advanceTime(STEP_MS);
        await perform(world, drawn);
        await flushPending();
        world.checker.checkViews();
        report.check();
      },
      toString: () => `${name}(${JSON.stringify(drawn).replaceAll('"', '').slice(1, -1)})`,
    };
  });
  return { weight, arbitrary };
}

export const alwaysPossible = (): boolean => true;

/** A random index into a two-item list. */
export const indexOfTwo = fc.nat(1);
/** A random index into a three-item list. */
export const indexOfThree = fc.nat(2);
export const oneInTen = fc.nat(9).map((n) => n === 9);

/** Draws a call's fate. On average, `bad` out of 100 calls fail, and `slow` out of 100 are slow. */
export const fate = (bad: number, slow = 0): fc.Arbitrary<Fate> =>
  fc.oneof(
    { weight: 100 - bad - slow, arbitrary: fc.constant<Fate>('good') },
    { weight: slow, arbitrary: fc.constant<Fate>('slow') },
    { weight: bad, arbitrary: fc.constantFrom<Fate>('lost', 'done', 'late') },
  );
