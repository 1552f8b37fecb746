import { Random } from './random.ts';

export const BFFS = 3;

/** Processes that can be killed or stopped, by name. */
export const PROCESSES = [
  'producer application',
  'producer sidecar',
  ...Array.from({ length: BFFS }, (_, i) => [`bff-${i + 1} application`, `bff-${i + 1} sidecar`]).flat(),
  'placement',
  'scheduler',
  'redis',
] as const;

/** Steps of the protocol at which a process is killed. */
export const PRODUCER_STEPS = ['before-deposit', 'deposited', 'before-announce', 'announced'] as const;
export const BFF_STEPS = [
  'received',
  'loaded',
  'peeked',
  'committed',
  'popped',
  'broadcast',
  'answered',
] as const;

export type Fault =
  | { kind: 'kill'; target: string }
  | { kind: 'stop'; target: string; ms: number }
  | { kind: 'failpoint'; app: 'producer' | 'bff'; step: string };

export const nameOf = (fault: Fault): string =>
  fault.kind === 'failpoint'
    ? `kill -9 of a ${fault.app} ${fault.step}`
    : `${fault.kind === 'kill' ? 'kill -9' : 'SIGSTOP'} ${fault.target}`;

/**
 * The faults of a run in their order, repeated by the seed. One round has every failpoint and process once, and of
 * the processes that can be stopped (SIGSTOP) one in three; `first` comes before all.
 */
export function schedule(seed: number, rounds: number, first: readonly Fault[] = []): Fault[] {
  const random = new Random(seed);
  const faults: Fault[] = [...first];
  for (let round = 0; round < rounds; round++) {
    faults.push(
      ...random.shuffle<Fault>([
        ...PROCESSES.map((target) => ({ kind: 'kill' as const, target })),
        ...PRODUCER_STEPS.map((step) => ({ kind: 'failpoint' as const, app: 'producer' as const, step })),
        ...BFF_STEPS.map((step) => ({ kind: 'failpoint' as const, app: 'bff' as const, step })),
        ...random
          .shuffle(PROCESSES)
          .slice(0, Math.ceil(PROCESSES.length / 3))
          .map((target) => ({ kind: 'stop' as const, target, ms: 1_000 + random.below(3_000) })),
      ]),
    );
  }
  return faults;
}
