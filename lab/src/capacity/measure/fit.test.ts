import { describe, expect, it } from 'vitest';
import { add, costAt, times, type Constants, type Cost } from '../model/constants.ts';
import { requestsPerEntry } from '../model/load.ts';
import { fitCpu } from './fit.ts';
import { laneMsOf } from './fit-entries.ts';
import { SIZES } from './sizes.ts';
import type { Window } from './window.ts';

const COSTS: Constants['cpu'] = {
  idleSecond: {
    producer: 900,
    producerSidecar: 800,
    bff: 1_000,
    bffSidecar: 700,
    redis: 500,
    broadcast: 300,
  },
  entry: [
    {
      rate: 20,
      cost: { producer: 300, producerSidecar: 250, bff: 700, bffSidecar: 600, redis: 260, broadcast: 40 },
    },
    {
      rate: SIZES.hearRates[0],
      cost: { producer: 200, producerSidecar: 150, bff: 400, bffSidecar: 350, redis: 200, broadcast: 30 },
    },
    {
      rate: 150,
      cost: { producer: 120, producerSidecar: 80, bff: 250, bffSidecar: 200, redis: 90, broadcast: 10 },
    },
  ],
  furtherRequest: { producer: 70, producerSidecar: 5 },
  furtherFeed: { producer: 12, bff: 40, bffSidecar: 20, redis: 8 },
  furtherNotification: { producer: 10, bff: 15, redis: 3 },
  remoteTurn: { bff: 120, bffSidecar: 180 },
  hear: [
    { rate: SIZES.hearRates[0], cost: { bff: 80, broadcast: 15 } },
    { rate: SIZES.hearRates[1], cost: { bff: 30, broadcast: 6 } },
  ],
  hearFeed: { bff: 9, broadcast: 2 },
  hearFurther: { bff: 4 },
  show: { bff: 60 },
  push: { bff: 9 },
  connect: { bff: 300 },
  newView: { bff: 100, bffSidecar: 90, redis: 20 },
  connectionSecond: { bff: 3 },
  comparison: { bff: 110, bffSidecar: 95, redis: 25 },
  receipt: { bff: 70, bffSidecar: 20, redis: 15 },
};
/** Cost per ping. Each connection is pinged every 25 s. */
const PING: Cost = { bff: (25 * 3 * 2) / 3 };
/** Number of documents that a turn reads from the state store per feed. */
const READS = 2;

const NOTHING = {
  entries: 0,
  requests: 0,
  events: 0,
  notifications: 0,
  pushes: 0,
  connects: 0,
  connections: 0,
  pings: 0,
  injected: 0,
  reads: 0,
  others: 0,
};

/** A window where the processes use `costs` on top of idle CPU time. */
function windowOf(
  step: string,
  { instances, seconds, ...done }: Partial<Window> & Pick<Window, 'instances' | 'seconds'>,
  ...costs: Cost[]
): Window {
  const { bff = 0, bffSidecar = 0, ...others } = COSTS.idleSecond;
  const idle = { ...others, bff: instances * bff, bffSidecar: instances * bffSidecar };
  return { step, instances, seconds, ...NOTHING, ...done, cpu: add(times(idle, seconds), ...costs) };
}

const [slow, fast] = COSTS.hear.map(({ cost }) => cost) as [Cost, Cost];
/** The lower rate in `COSTS.hear`. Using a measured rate avoids interpolation. */
const RATE = SIZES.hearRates[0];
/** The highest rate in `COSTS.entry`. */
const FREQUENT_RATE = 150;

const [infrequent, paced, frequent] = COSTS.entry.map(({ cost }) => cost) as [Cost, Cost, Cost];

const entries = (count: number, instances: number, each = paced, rate: number = RATE): Cost =>
  times(
    add(each, times(COSTS.remoteTurn, 1 - 1 / instances), times(costAt(COSTS.hear, rate), instances)),
    count,
  );

/** The entries, requests, events and notifications of a window with one notification per entry. */
const single = (count: number) => ({ entries: count, requests: count, events: count, notifications: count });

const hear = (instances: number): Window[] =>
  COSTS.hear.flatMap(({ rate, cost }) => {
    const injected = rate * 4;
    const done = { instances, seconds: 4, injected };
    const written = times({ broadcast: 40 }, injected);
    return [
      windowOf(`write ${rate}`, done, written),
      windowOf(`hear ${rate}`, done, written, times(cost, instances * injected)),
    ];
  });

/** Each entry contains `shared` POSTs for different feeds. */
const sharedEntries = (count: number, shared: number, each: Cost): Partial<Window> & { cost: Cost } => ({
  ...{ entries: count, requests: shared * count, events: shared * count, notifications: shared * count },
  cost: add(
    entries(count, 2, each, FREQUENT_RATE),
    times(COSTS.furtherRequest, (shared - 1) * count),
    times(add(COSTS.furtherFeed, times(COSTS.hearFeed, 2)), (shared - 1) * count),
  ),
});

function windows(): Window[] {
  const batches = SIZES.batchRate * 5;
  const further = batches * (SIZES.batch - 1);
  // Pings account for two thirds of an idle connection's cost.
  const idleFor = (connections: number, seconds: number, pings = (connections * seconds) / 25) =>
    add(times(COSTS.connectionSecond, (connections * seconds) / 3), times(PING, pings));
  const { cost: sharedCost, ...shared } = sharedEntries(5 * FREQUENT_RATE, 2, frequent);
  const { cost: busyCost, ...busy } = sharedEntries(5 * FREQUENT_RATE, 10, frequent);
  return [
    ...[1, 2].flatMap((instances) => [
      ...[0, 1, 2].map(() =>
        windowOf('entries', { instances, seconds: 5, ...single(RATE * 5) }, entries(RATE * 5, instances)),
      ),
      windowOf(
        'infrequent entries',
        { instances, seconds: 5, ...single(100) },
        entries(100, instances, infrequent),
      ),
      ...hear(instances),
    ]),
    windowOf('shared entries', { instances: 2, seconds: 5, ...shared }, sharedCost),
    windowOf('busy', { instances: 2, seconds: 5, ...busy }, busyCost),
    windowOf(
      'arrays',
      { instances: 2, seconds: 5, ...single(batches), notifications: batches * SIZES.batch },
      entries(batches, 2, infrequent),
      times(COSTS.furtherNotification, further),
      times(COSTS.hearFurther, 2 * further),
    ),
    // Each array becomes one entry per partition, and there are two partitions.
    windowOf(
      'spread arrays',
      {
        ...{ instances: 2, seconds: 10, entries: 2 * batches, requests: batches },
        ...{ events: batches * SIZES.batch, notifications: batches * SIZES.batch },
      },
      entries(2 * batches, 2, infrequent),
      times(COSTS.furtherRequest, -batches),
      times(add(COSTS.furtherFeed, times(COSTS.hearFeed, 2)), batches * (SIZES.batch - 2)),
    ),
    windowOf(
      'hear arrays',
      { instances: 2, seconds: 4, injected: 200, events: 1, notifications: SIZES.batch },
      times(add(slow, times(COSTS.hearFurther, SIZES.batch - 1)), 400),
    ),
    windowOf(
      'hear spread arrays',
      { instances: 2, seconds: 4, injected: 200, events: 50, notifications: 50 },
      times(add(slow, times(COSTS.hearFeed, 49)), 400),
    ),
    windowOf('idle', { instances: 2, seconds: 8 }),
    windowOf('crowd connects', { instances: 2, seconds: 3, connects: 3_000 }, times(COSTS.connect, 3_000)),
    windowOf('crowd idle', { instances: 2, seconds: 25, connections: 3_000 }, idleFor(3_000, 25, 0)),
    windowOf(
      'crowd pings',
      { instances: 2, seconds: 10, connections: 3_000, pings: 3_000 },
      idleFor(3_000, 10, 3_000),
    ),
    windowOf(
      'crowd pushes',
      { instances: 2, seconds: 8, ...single(64), pushes: 192_000, connections: 3_000 },
      entries(64, 2, infrequent),
      times(COSTS.push, 192_000),
      idleFor(3_000, 8, 0),
    ),
    windowOf(
      'views connect',
      { instances: 2, seconds: 1, connects: 1_000 },
      times(add(COSTS.connect, COSTS.newView), 1_000),
    ),
    windowOf(
      'views compare',
      { instances: 2, seconds: 10, connections: 1_000, reads: 3_000 },
      idleFor(1_000, 10, 0),
      times(COSTS.comparison, 3_000),
    ),
    windowOf(
      'views idle',
      { instances: 2, seconds: 12, connections: 1_000, reads: 100, pings: 1_000 },
      idleFor(1_000, 12, 1_000),
      times(COSTS.receipt, 1_000),
      times(COSTS.comparison, 100),
    ),
    ...[0, 8_000].map((pushes) =>
      windowOf(
        pushes === 0 ? 'unwatched' : 'shows',
        {
          ...{ instances: 2, seconds: 8, ...single(800), pushes, connections: 500 },
          // Without publications, watched feeds are compared with the stored heads.
          reads: 800 * READS + (pushes === 0 ? 400 : 0),
        },
        entries(800, 2),
        times(COSTS.comparison, pushes === 0 ? 400 : 0),
        times(COSTS.show, pushes === 0 ? 0 : 1_600),
        times(COSTS.push, pushes),
        idleFor(500, 8),
      ),
    ),
  ];
}

/** Adds the process kinds that `cost` omits, at a cost of 0. */
const withAllKinds = (cost: Cost): Cost => add(cost);

describe('the time between two entries in a lane', () => {
  it('should be derived from the measured requests per entry', () => {
    for (const laneMs of [2, 8, 40]) {
      // The two lanes get 120 requests a second each.
      const entries = 2_400 / requestsPerEntry(120, laneMs);
      const shared = windowOf('shared entries', { instances: 2, seconds: 10, requests: 2_400, entries });
      expect(laneMsOf([shared])).toBeCloseTo(laneMs, 1);
    }
  });
});

describe('the constants', () => {
  it('should equal the constants that the windows were computed from', () => {
    const found = fitCpu(windows());
    for (const [name, cost] of Object.entries(COSTS)) {
      if (name === 'hear' || name === 'entry') continue;
      const foundCost = withAllKinds(found[name as 'push']);
      for (const [kind, value] of Object.entries(withAllKinds(cost as Cost)))
        expect(foundCost[kind as 'bff'], `${name} of ${kind}`).toBeCloseTo(value, 4);
    }
    found.entry.forEach(({ rate, cost }, index) => {
      const point = COSTS.entry[index];
      expect(rate).toBe(point?.rate);
      for (const [kind, value] of Object.entries(withAllKinds(point?.cost ?? {})))
        expect(withAllKinds(cost)[kind as 'bff'], `entry of ${kind}`).toBeCloseTo(value, 4);
    });
    expect(found.hear.map(({ cost }) => withAllKinds(cost).bff)).toEqual([
      expect.closeTo(slow.bff ?? 0, 4),
      expect.closeTo(fast.bff ?? 0, 4),
    ]);
    expect(withAllKinds(found.hear[0]?.cost ?? {}).broadcast).toBeCloseTo(slow.broadcast ?? 0, 4);
  });

  it('should tolerate an outlier in one of three windows', () => {
    const withOutlier = windows();
    const outlier = withOutlier.find(({ step }) => step === 'entries') as Window;
    outlier.cpu.bff *= 10;
    expect(fitCpu(withOutlier).entry[1]?.cost.bff).toBeCloseTo(paced.bff ?? 0, 4);
  });

  it('should be zero if noise would make them negative', () => {
    const noisy = windows().map((window) =>
      window.step === 'shows' ? { ...window, cpu: { ...window.cpu, bff: 0 } } : window,
    );
    expect(fitCpu(noisy).show.bff).toBe(0);
  });

  it('should require a complete set of windows', () => {
    expect(() => fitCpu(windows().filter(({ step }) => step !== 'views compare'))).toThrow(/"views compare"/);
  });
});
