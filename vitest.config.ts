import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** The share of a model walk's runs to do: 1 in `npm run test:walks`, which CI runs, less in the unit tests. */
    walkShare: number;
  }
}

/** Suites that run the product's images have their own commands, since not every machine can run them. */
const WITH_CONTAINERS = ['tests/compose/**', 'tests/k8s/**'];
/** These have a browser and memory, but no processes of the product; two at a time, since they mostly wait. */
const PAGES = 'tests/ui/**/*.test.ts';
/**
 * These end processes at chosen moments, use fixed ports, or measure; one at a time, since a neighbour would change when
 * things happen.
 */
const ALONE = [
  'tests/{bench,chaos,delivery,recovery,network,guides,tools}/**/*.test.ts',
  'tests/security/{dapr-run,open-ports,http-fuzz}.test.ts',
];
/** These compile clients in other languages, which takes minutes on a new machine: `npm run test:examples`. */
const EXAMPLES = 'tests/examples/**/*.test.ts';
/** A condition may take this long to come; on a busy machine a browser takes several times as long. */
const POLL_MS = 20_000;
/** A test that ran out of time is tried once more, and `npm test` names it; one that is wrong (lost, twice, out of order) is not. */
const RETRY = { count: 1, condition: /Timeout \d+ms exceeded|^Test timed out/ };

const WITH_PROCESSES = {
  environment: 'node',
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: POLL_MS } },
  retry: RETRY,
} as const;

const UNIT = {
  environment: 'node',
  // No test replaces a module, so the files of a worker share the modules that they import: half the time.
  pool: 'threads',
  isolate: false,
  maxWorkers: 2,
  // No test asserts a time; on a busy machine the properties take several times as long.
  testTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    teardownTimeout: 30_000,
    projects: [
      {
        test: {
          ...UNIT,
          name: 'unit',
          include: ['*/src/**/*.test.ts'],
          exclude: ['lab/**'],
          provide: { walkShare: 0.1 },
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'pages',
          include: [PAGES],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...UNIT,
          name: 'walks',
          include: ['*/src/**/*walk.test.ts'],
          provide: { walkShare: 1 },
        },
      },
      { test: { ...UNIT, name: 'lab', include: ['lab/src/**/*.test.ts'] } },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          exclude: [...WITH_CONTAINERS, PAGES, EXAMPLES, ...ALONE],
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'alone',
          include: ALONE,
          sequence: { groupOrder: 3 },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'examples',
          environment: 'node',
          include: [EXAMPLES],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'compose',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: ['tests/compose/**/*.test.ts'],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 300_000,
          // A build from nothing.
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'k8s',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: ['tests/k8s/**/*.test.ts'],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
