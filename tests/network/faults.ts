import { setTimeout as delay } from 'node:timers/promises';
import type { Toxic, Toxiproxy } from './toxiproxy.ts';

export interface Fault {
  name: string;
  durationMs: number;
  /** Body for the posted notifications. Default: none. */
  body?: string;
  /** The statuses that the producer must return at least once during the fault. It may return only 202 and 503. */
  statuses: readonly (202 | 503)[];
  /** True if the fault delays deliveries but doesn't interrupt them. */
  keepsDelivering?: boolean;
  /** Starts the fault. Resolves with a function that ends it. */
  start(toxiproxy: Toxiproxy): Promise<() => Promise<void>>;
}

const inBothDirections = (type: Toxic['type'], attributes: Toxic['attributes']): Toxic[] => [
  { type, stream: 'upstream', attributes },
  { type, stream: 'downstream', attributes },
];

const applyToxics =
  (toxics: readonly Toxic[]): Fault['start'] =>
  async (toxiproxy) => {
    await toxiproxy.addToxics(toxics);
    return () => toxiproxy.reset();
  };

/**
 * Repeatedly closes every connection when Redis sends the next reply, so callers never learn that their command was
 * executed. In between, connections stay open long enough for a step or two.
 */
const resetRepeatedly: Fault['start'] = async (toxiproxy) => {
  let isOver = false;
  const resets = (async () => {
    while (!isOver) {
      await toxiproxy.addToxics([{ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } }]);
      await delay(250);
      await toxiproxy.reset();
      await delay(150);
    }
  })();
  return async () => {
    isOver = true;
    await resets;
  };
};

const takeDown: Fault['start'] = async (toxiproxy) => {
  await toxiproxy.disable();
  return () => toxiproxy.reset();
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'a slow Redis, with a delay of 200 ms for each reply',
    durationMs: 8_000,
    statuses: [202],
    keepsDelivering: true,
    start: applyToxics([{ type: 'latency', stream: 'downstream', attributes: { latency: 200 } }]),
  },
  {
    name: '1 kB/s in each direction',
    durationMs: 10_000,
    // 8 kB, more than the network transfers within the producer's timeout.
    body: '🔔'.repeat(2_000),
    statuses: [503],
    start: applyToxics(inBothDirections('bandwidth', { rate: 1 })),
  },
  { name: 'resets', durationMs: 8_000, statuses: [], start: resetRepeatedly },
  {
    name: 'silence in both directions',
    durationMs: 8_000,
    statuses: [503],
    start: applyToxics(inBothDirections('timeout', { timeout: 0 })),
  },
  { name: 'down for 20 s', durationMs: 20_000, statuses: [503], start: takeDown },
];
