import { setTimeout as delay } from 'node:timers/promises';
import type { Toxic, Toxiproxy } from './toxiproxy.ts';

/** A network fault. */
export interface Fault {
  name: string;
  lastsMs: number;
  /** The body of the posted notifications; none by default. */
  body?: string;
  /** The statuses that the producer must have returned during the fault. It returns only 202 and 503. */
  answers: readonly (202 | 503)[];
  /** True if the fault only delays deliveries, but does not interrupt them. */
  delivers?: boolean;
  /** Starts the fault. Resolves with a function that ends it. */
  begin(toxiproxy: Toxiproxy): Promise<() => Promise<void>>;
}

const both = (type: Toxic['type'], attributes: Toxic['attributes']): Toxic[] => [
  { type, stream: 'upstream', attributes },
  { type, stream: 'downstream', attributes },
];

const poisonWith =
  (toxics: readonly Toxic[]): Fault['begin'] =>
  async (toxiproxy) => {
    await toxiproxy.poison(toxics);
    return () => toxiproxy.heal();
  };

/**
 * Repeatedly closes every connection when Redis sends its next response. The command was executed, so its outcome is
 * unknown. In between, connections stay open long enough for a step or two.
 */
const resetRepeatedly: Fault['begin'] = async (toxiproxy) => {
  let isOver = false;
  const resets = (async () => {
    while (!isOver) {
      await toxiproxy.poison([{ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } }]);
      await delay(250);
      await toxiproxy.heal();
      await delay(150);
    }
  })();
  return async () => {
    isOver = true;
    await resets;
  };
};

const takeDown: Fault['begin'] = async (toxiproxy) => {
  await toxiproxy.cut();
  return () => toxiproxy.heal();
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'a slow Redis, with a delay of 200 ms for each response',
    lastsMs: 8_000,
    answers: [202],
    delivers: true,
    begin: poisonWith([{ type: 'latency', stream: 'downstream', attributes: { latency: 200 } }]),
  },
  {
    name: '1 kB/s in each direction',
    lastsMs: 10_000,
    // 8 kB, more than the network transfers within the producer's timeout.
    body: '🔔'.repeat(2_000),
    answers: [503],
    begin: poisonWith(both('bandwidth', { rate: 1 })),
  },
  { name: 'resets', lastsMs: 8_000, answers: [], begin: resetRepeatedly },
  {
    name: 'silence in both directions',
    lastsMs: 8_000,
    answers: [503],
    begin: poisonWith(both('timeout', { timeout: 0 })),
  },
  { name: 'down for 20 s', lastsMs: 20_000, answers: [503], begin: takeDown },
];
