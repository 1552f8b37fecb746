import type { Constants } from './constants.ts';
import type { Load } from './load.ts';

/** A load of tests. */
export const LOAD: Load = {
  connections: 1_000,
  rate: 100,
  feeds: 10,
  instances: 2,
  producers: 1,
  feedsPerConnection: 1,
  payload: 200,
  batch: 1,
  history: 10_000,
  historyHours: 24,
  sessionMinutes: 10,
  readers: 0,
  target: 0.5,
  bffGib: 4,
  redisGib: 32,
};

/** Round figures, so that sums can be done by hand. */
export const CONSTANTS: Constants = {
  v: 1,
  conditions: {
    startedAt: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    cpu: 'a test',
    cores: 2,
    memoryGiB: 8,
    system: 'none',
    node: '20',
    redis: '7',
    dapr: '1',
    load: [0, 0],
    others: 0,
  },
  range: {
    connections: 4_000,
    rate: 200,
    feeds: 1_000,
    instances: 4,
    payload: 200,
    batch: 100,
    heard: 1_000,
  },
  cpu: {
    idleSecond: {},
    entry: [{ rate: 1, cost: { producer: 200, bff: 300, redis: 100, broadcast: 10 } }],
    furtherNotification: { producer: 10, bff: 20 },
    remoteTurn: { bffSidecar: 100 },
    ring: { bff: 100 },
    hear: [
      { rate: 100, cost: { bff: 100, broadcast: 20 } },
      { rate: 10_000, cost: { bff: 20, broadcast: 10 } },
    ],
    hearFurther: { bff: 5 },
    show: { bff: 50 },
    push: { bff: 10 },
    connect: { bff: 1_000 },
    newView: { bff: 500 },
    connectionSecond: { bff: 2 },
    comparison: { bff: 200, redis: 20 },
  },
  memory: {
    process: { producer: 1e8, producerSidecar: 5e7, bff: 1e8, bffSidecar: 5e7 },
    connection: 10_000,
    view: 2_000,
    ringPublication: 1_000,
  },
  stored: {
    announcement: 500,
    feed: 1_000,
    publication: 400,
    id: 10,
    broadcastPublication: 500,
    reader: 300,
    empty: 1e6,
  },
  wire: { push: 400, position: 100 },
  redisShares: { entries: 0.25, announcements: 0.25, state: 0.5 },
  feedRate: { singles: 1_000, arrays: 20_000 },
};
