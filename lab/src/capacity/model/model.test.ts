import { describe, expect, it } from 'vitest';
import { costAt, entryCost } from './constants.ts';
import { limitsOf } from './limits.ts';
import { comparisonRate, differentFeeds, flowOf, requestsPerEntry, type Flow, type Load } from './load.ts';
import { planOf, totalCores, type Plan } from './plan.ts';
import { CONSTANTS, LOAD } from './round-figures.ts';

const plan = (load: Partial<Load> = {}, laneMs = CONSTANTS.laneMs): Plan =>
  planOf({ ...LOAD, ...load }, { ...CONSTANTS, laneMs }) as Plan;
const flow = (load: Partial<Load>, instances: number, laneMs = 1e-6): Flow =>
  flowOf({ ...LOAD, ...load }, { instances, producers: 1, partitions: 2 }, laneMs);
const coresOf = ({ terms }: Plan, name: string): number => {
  const term = terms.find((candidate) => candidate.name === name);
  return ((term?.perSecond ?? 0) * Object.values(term?.cost ?? {}).reduce((sum, µs) => sum + µs, 0)) / 1e6;
};

describe('compressed history', () => {
  const stateOf = (load: Partial<Load>) =>
    plan({ feeds: 100, rate: 1, historyHours: 24, ...load }).redis.state.bytes;
  const [publications, publication] = [864, CONSTANTS.stored.publication];

  it('should make the history smaller, except for each feed’s newest documents', () => {
    const saved = stateOf({}) - stateOf({ compressedHistory: true });
    const { compressedShare } = CONSTANTS.stored;
    expect(saved / 100).toBeCloseTo((publications * publication - 4_096) * (1 - compressedShare), 0);
  });

  it('should have no effect on feeds with a short history or on the number of kept publications', () => {
    const short = { rate: 0.001 };
    expect(stateOf({ ...short, compressedHistory: true })).toBe(stateOf(short));
    expect(plan({ compressedHistory: true }).kept).toEqual(plan().kept);
  });
});

describe('remembered ids', () => {
  const idsOf = (load: Partial<Load>) => plan({ feeds: 100, rate: 1, ...load }).kept.ids;

  it('should go back 25 hours, or as long as the history if that is longer', () => {
    expect(idsOf({ historyHours: 1 })).toBeCloseTo(25 * 36);
    expect(idsOf({ historyHours: 48 })).toBeCloseTo(48 * 36);
  });

  it('should go back no further than the start of the load', () => {
    expect(idsOf({ hoursSinceStart: 0.5 })).toBeCloseTo(0.5 * 36);
    expect(plan({ feeds: 100, rate: 1, hoursSinceStart: 0.5 }).kept.history).toBeCloseTo(0.5 * 36);
  });
});

describe('comparisons between a view and its feed’s head', () => {
  it('should happen every 30 s without events, and most often with occasional events', () => {
    expect(comparisonRate(0)).toBeCloseTo(1 / 30);
    expect(comparisonRate(1e-6)).toBeCloseTo(1 / 30, 3);
    expect(comparisonRate(0.2)).toBeGreaterThan(3 / 30);
    expect(comparisonRate(10)).toBeLessThan(1e-6);
  });

  it('should happen as often as in a simulation', () => {
    const rate = 0.1;
    let [time, count, seed] = [0, 0, 1];
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let event = 0; event < 50_000; event++) {
      const gap = -Math.log(random()) / rate;
      for (let [at, pause] = [2, 26]; at < gap; pause = 30) {
        count++;
        at += pause;
      }
      time += gap;
    }
    expect(comparisonRate(rate) / (count / time)).toBeCloseTo(1, 1);
  });
});

describe('the number of requests that share an entry', () => {
  it('should match a simulation', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (const [rate, laneMs] of [
      [20, 10],
      [200, 10],
      [1_000, 30],
    ] as const) {
      let [time, ready, entries] = [0, 0, 0];
      const requests = 50_000;
      for (let request = 0; request < requests; request++) {
        time -= Math.log(random()) / rate;
        // This request joins an entry that hasn't started yet.
        if (time < ready - laneMs / 1000) continue;
        // A new entry starts now, or when the lane is ready.
        ready = Math.max(time, ready) + laneMs / 1000;
        entries++;
      }
      expect(requestsPerEntry(rate, laneMs) / (requests / entries)).toBeCloseTo(1, 1);
    }
  });

  it('should nearly equal the number of feeds in the entry if there are many feeds', () => {
    expect(differentFeeds(1, 100)).toBeCloseTo(1);
    expect(differentFeeds(5, 1)).toBe(1);
    expect(differentFeeds(5, 1e6)).toBeCloseTo(5, 3);
    // With two feeds, two requests share a feed half of the time.
    expect(differentFeeds(2, 2)).toBeCloseTo(1.5);
  });

  it('should be higher with fewer lanes, since each lane gets more requests', () => {
    const [few, many] = [2, 16].map((partitions) => plan({ rate: 10_000, feeds: 1_000, partitions }, 10));
    expect(few?.flow.entries).toBeCloseTo(200, 0);
    expect(many?.flow.entries).toBeGreaterThan(1_000);
    // There are many feeds, so nearly every request still gets a separate event.
    expect(few?.flow.events).toBeGreaterThan(9_000);
    const sum = (flows: Flow | undefined) => (flows?.requests ?? 0) - (flows?.entries ?? 0);
    expect(few?.terms.find(({ name }) => name.includes('POSTs'))?.perSecond).toBeCloseTo(sum(few?.flow));
  });

  it('should increase with the interval between entries once the interval exceeds the time that a lane needs', () => {
    const entriesOf = (entryIntervalMs: number) =>
      plan({ rate: 10_000, feeds: 1_000, entryIntervalMs }, 10).flow.entries;
    expect(entriesOf(5)).toBeCloseTo(200, 0);
    expect(entriesOf(50)).toBeCloseTo(40, 0);
    // A full entry does not wait for the interval. Entries have at most 645 notifications of 200 bytes.
    expect(entriesOf(1_000)).toBeCloseTo(15.5, 1);
  });

  it('should not depend on the number of partitions if there is only one feed', () => {
    expect(plan({ rate: 10_000, feeds: 1, partitions: 16 }, 10).flow.entries).toBeCloseTo(100, 0);
  });
});

describe('the partition count', () => {
  const { partitions: _, ...loadWithoutPartitions } = LOAD;

  it('should be at least two, and enough to keep each partition and host below the target', () => {
    const partitionsFor = (load: Partial<Load>) =>
      planOf({ ...loadWithoutPartitions, ...load }, CONSTANTS)?.partitions;
    expect(partitionsFor({ rate: 100 })).toBe(2);
    // A partition can handle 2,000 notifications a second. The target is half that.
    expect(partitionsFor({ rate: 5_000, feeds: 1_000, instances: 100 })).toBe(5);
    // A feed lives in a single partition.
    expect(partitionsFor({ rate: 5_000, feeds: 1, instances: 100 })).toBe(2);
  });

  it('should determine how the turns are distributed over the bffs', () => {
    const used = (partitions: number) =>
      plan({ rate: 1_000, feeds: 1_000, connections: 0, instances: 4, partitions }).busiestBff;
    // On each bff, receiving 1,000 messages a second takes 60 ms of CPU time. The turns take 300 ms in total.
    expect(used(2)).toBeCloseTo(0.06 + 0.15);
    expect(used(4)).toBeCloseTo(0.06 + 0.075);
    // One of the four bffs hosts two of the five partitions.
    expect(used(5)).toBeCloseTo(0.06 + 0.12);
  });
});

describe('the distribution of the load', () => {
  it('should not spread a feed over more instances than exist', () => {
    expect(flow({ feeds: 1_000 }, 40).watchingInstances).toBeCloseTo(1);
    expect(flow({ feeds: 100 }, 40).watchingInstances).toBeGreaterThan(8);
    expect(flow({ feeds: 1 }, 40).watchingInstances).toBeCloseTo(40);
    expect(flow({ connections: 0 }, 40).watchingInstances).toBe(0);
  });

  it('should count a push for each of the feed’s subscribers, regardless of the number of feeds', () => {
    for (const feeds of [1, 10, 1_000]) {
      const { pushes, watchersPerFeed } = flow({ feeds }, 2);
      expect(pushes).toBeCloseTo(LOAD.rate * watchersPerFeed);
    }
    expect(flow({ batch: 10 }, 2).pushes).toBeCloseTo(flow({}, 2).pushes / 10);
  });

  it('should use fewer instances if a proxy routes connections by feed', () => {
    const { watchingInstances, views, newViews } = flow({ bffsPerFeed: 1 }, 40);
    expect([watchingInstances, views, newViews]).toEqual([1, LOAD.feeds, 0]);
    // Routing by feed never uses more instances than random routing.
    expect(flow({ feeds: 1_000, bffsPerFeed: 5 }, 40).watchingInstances).toBeCloseTo(1);
  });

  it('should count a receipt whenever a page with new publications answers a ping, at most one per feed and instance every 2 s', () => {
    // Together, 1,000 pages answer 40 pings a second, and nearly all have new publications.
    expect(flow({ feeds: 1_000, rate: 1_000 }, 2).receipts).toBeCloseTo(40);
    expect(flow({ feeds: 1_000, rate: 40 }, 2).receipts).toBeCloseTo(40 * (1 - Math.exp(-1)));
    expect(flow({ feeds: 1 }, 2).receipts).toBeCloseTo(1);
    expect(flow({ rate: 0 }, 2).receipts).toBe(0);
  });

  it('should compute the connect rate from the connection duration', () => {
    expect(flow({ sessionMinutes: 1 }, 2).connects).toBeCloseTo(1_000 / 60);
  });
});

describe('a plan', () => {
  it('should sum the costs of all events', () => {
    const { cores } = plan({ connections: 0, rate: 100 });
    expect(cores.producer).toBeCloseTo(100 * 200e-6);
    // The turns' cost, plus receiving each event on two instances.
    expect(cores.bff).toBeCloseTo(100 * 300e-6 + 2 * 100 * 100e-6);
    expect(cores.bffSidecar).toBeCloseTo(50 * 100e-6);
    expect(cores.redis).toBeCloseTo(100 * 100e-6);
  });

  it('should increase only the cost of receiving events as instances are added', () => {
    const heard = (instances: number) => coresOf(plan({ instances }), 'messages received by every bff');
    expect(heard(40) / heard(2)).toBeCloseTo(20);
    const entries = (instances: number) => coresOf(plan({ instances }), 'entries, POST to broadcast');
    expect(entries(40)).toBeCloseTo(entries(2));
  });

  it('should interpolate the cost of receiving events between the measured rates', () => {
    const at = (rate: number) => costAt(CONSTANTS.cpu.hear, rate).bff;
    expect([at(1), at(100), at(10_000), at(1e6)]).toEqual([100, 100, 20, 20]);
    expect(at(1_000)).toBeCloseTo(60);
  });

  it('should use the entry cost at each producer’s own rate for producers, and at the total rate for bffs and Redis', () => {
    const entry = [
      { rate: 10, cost: { producer: 100, bff: 100, redis: 100 } },
      { rate: 1_000, cost: { producer: 20, bff: 20, redis: 20 } },
    ];
    // Each producer handles 10 entries a second. Redis handles all 10,000, and every bff receives their messages.
    expect(entryCost({ entry }, 10_000, { instances: 20, producers: 1_000 })).toMatchObject({
      producer: 100,
      bff: 20,
      redis: 20,
    });
  });

  it('should compute the number of bffs that keeps each bff below the target', () => {
    const { instances: _, ...free } = LOAD;
    const found = planOf({ ...free, connections: 100_000, rate: 0 }, CONSTANTS) as Plan;
    expect(found.instances).toBe(10);
    const heavyLoad = { connections: 20_000, feeds: 1_000, rate: 3_000, history: 10 };
    const busy = planOf({ ...free, ...heavyLoad }, CONSTANTS) as Plan;
    expect(busy.cores.bff / busy.instances).toBeLessThanOrEqual(0.5);
    const less = plan({ ...heavyLoad, instances: busy.instances - 1 });
    expect(less.cores.bff / less.instances).toBeGreaterThan(0.5);
  });

  it('should report that no number of bffs is enough, since every bff receives every event', () => {
    const { instances: _, ...free } = LOAD;
    expect(planOf({ ...free, rate: 100_000 }, CONSTANTS)).toBeUndefined();
  });

  it('should include memory for connections, watched feeds and publications', () => {
    const few = plan({ feeds: 1, rate: 0 });
    expect(few.memory.bff).toBeCloseTo(1e8 + 500 * 10_000 + 2_000, -1);
    // At 10 publications a second, a ring can't hold a day's publications.
    const { memory, kept } = plan({ feeds: 10 });
    expect(kept.ring).toBe(1_000);
    expect(memory.bff).toBeCloseTo(1e8 + 500 * 10_000 + 10 * (2_000 + 1_000 * 1_000), -1);
    // A larger payload makes the ring larger by the full difference.
    expect(plan({ feeds: 10, payload: 400 }).memory.bff - memory.bff).toBeCloseTo(10 * 1_000 * 200, -1);
  });

  it('should limit the data in Redis to the history, the ids and recent announcements', () => {
    const { redis, kept } = plan({ rate: 10, feeds: 1, readers: 100 });
    expect(kept.history).toBe(10_000);
    expect(kept.ids).toBe(100_000);
    // Ten entries a second. Replaced documents are kept for two minutes.
    expect(redis.state.bytes).toBeCloseTo(
      1e6 + 120 * 10 * 1_000 + 1_000 + 10_000 * 400 + 100_000 * 10 + 100 * 300,
      -1,
    );
    // Ten entries a second for 3 s.
    const announcements = 1e6 + 10 * 3 * 500;
    expect(redis.announcements.bytes).toBeCloseTo(announcements, -1);
    expect(plan({ rate: 100, batch: 10, feeds: 1 }).redis.announcements.bytes).toBeCloseTo(announcements, -1);
  });

  it('should compute the number of Redis servers that keeps each server’s CPU and memory below the target', () => {
    expect(plan({ rate: 100 }).redis.state.count).toBe(1);
    // 20,000 × 100 µs × 0.5 is one core, twice the target.
    expect(plan({ rate: 20_000, feeds: 1_000, connections: 0 }).redis.state.count).toBe(2);
    expect(plan({ rate: 20_000, feeds: 100_000 }).redis.state.count).toBeGreaterThan(20);
  });

  it('should consist of parts that add up to the total CPU', () => {
    const whole = plan({ batch: 10, connections: 5_000 });
    const parts = whole.terms.reduce((sum, { name }) => sum + coresOf(whole, name), 0);
    expect(totalCores(whole)).toBeCloseTo(parts);
    const { redis, cores } = whole;
    const byRole = redis.entries.cores + redis.announcements.cores + redis.state.cores;
    expect(byRole).toBeCloseTo(cores.redis);
    expect(redis.broadcast.cores).toBeCloseTo(cores.broadcast);
  });
});

describe('the limits', () => {
  it('should be sorted by the rate at which each resource reaches the target', () => {
    const limits = limitsOf(plan({ connections: 0 }), CONSTANTS);
    expect(limits.map(({ rate }) => rate)).toEqual(limits.map(({ rate }) => rate).sort((a, b) => a - b));
    for (const { name, rate } of limits) {
      const at = limitsOf(plan({ connections: 0, rate }), CONSTANTS).find((limit) => limit.name === name);
      expect(at?.used, name).toBeCloseTo(0.5, 2);
    }
  });

  it('should have a rate of 0 for a resource that already exceeds the target without notifications', () => {
    const [first] = limitsOf(plan({ connections: 1e6 }), CONSTANTS);
    expect(first).toMatchObject({ rate: 0 });
  });
});
