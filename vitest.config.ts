import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The share of the random walks to run: 1 in the project `walks` (which CI runs), less in `unit`. */
    walkShare: number;
    /** A folder that is removed after the run. */
    temporaryFolder: string;
  }
}

/** Suites that run the product's images. They have separate commands because not every machine can run them. */
const WITH_CONTAINERS = ['tests/compose/**', 'tests/k8s/**', 'tests/tenants/**'];
/**
 * Tests with a browser that use in-memory adapters instead of the product's processes. They run two at a time because
 * they mostly wait.
 */
const PAGES = 'tests/ui/**/*.test.ts';
/**
 * Tests that kill processes at specific moments, use fixed ports or take measurements. They run one at a time because
 * other tests would interfere with them.
 */
const SEQUENTIAL = [
  'tests/{bench,chaos,recovery,network,guides,tools}/**/*.test.ts',
  'tests/delivery/crash.test.ts',
  'tests/security/{dapr-run,open-ports}.test.ts',
];
/** Clients and publishers in other languages, which take minutes to build the first time: `npm run test:examples`. */
const EXAMPLES = 'tests/examples/**/*.test.ts';
/** The built documentation site in a browser: `npm run test:site`. */
const SITE = 'tests/site/**/*.test.ts';
/** Failovers of Redis and Valkey, which take minutes: `npm run test:redis`. */
const FAILOVERS = 'tests/redis/heavy/**/*.test.ts';
/**
 * `npm run test:upgrade`: installs 0.1.0 from this repository's history, then upgrades it to this version under load.
 */
const UPGRADES = 'tests/upgrade/**/*.test.ts';
/** Deletes and kills a Redis Cluster's pods under load, which takes minutes: `npm run test:k8s-redis`. */
const REDIS_PODS = 'tests/k8s/heavy/**/*.test.ts';
/** Shifts the clocks of real processes while fallbacks are due, which takes minutes: `npm run test:clocks`. */
const CLOCKS = 'tests/fallbacks/heavy/**/*.test.ts';
/** The slowest files. They start first, so that no worker is idle while the last one runs. */
const LONGEST = [
  'tests/security/http-fuzz.test.ts',
  'tests/delivery/compressed-history.test.ts',
  'tests/delivery/killed.test.ts',
  'tests/ui/states/toast-states.test.ts',
  'tests/ui/states/page-states.test.ts',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
/** Timeout when waiting for a condition. Browsers can be several times slower on a busy machine. */
const POLL_MS = 20_000;
/**
 * Retries a test once, but only if it timed out. `npm test` lists the retried tests. A wrong result, such as a lost or
 * duplicated notification, is never retried.
 */
const RETRY = { count: 1, condition: /Timeout \d+ms exceeded|^Test timed out/ };

const WITH_PROCESSES = {
  environment: 'node',
  pool: 'forks',
  // Test files in the same worker share imported modules and the built page. This saves about 15 s of CPU time per
  // file.
  isolate: false,
  globalSetup: 'tests/support/temporary-folder.ts',
  testTimeout: 120_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: POLL_MS } },
  retry: RETRY,
} as const;

const UNIT = {
  environment: 'node',
  // No test mocks a module, so test files in the same worker can share imported modules, which halves the time.
  pool: 'threads',
  isolate: false,
  // More workers than a small machine has cores, because many tests wait for timers and sockets.
  maxWorkers: 4,
  // Generous because no test asserts a duration, and property tests are several times slower on a busy machine.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: POLL_MS } },
  /** Gives `vi.waitFor` the same time limit. */
  setupFiles: 'tests/support/wait-for.ts',
} as const;

export default defineConfig({
  test: {
    teardownTimeout: 30_000,
    // Saves a third of the unit tests' CPU time.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/vitest' },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...UNIT,
          name: 'unit',
          include: ['*/src/**/*.test.ts'],
          exclude: ['lab/**'],
          provide: { walkShare: 0.05 },
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'pages',
          include: [PAGES],
          // Runs in a separate group because workers are only reused for files of the same project.
          sequence: { groupOrder: 2 },
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
          exclude: [...WITH_CONTAINERS, PAGES, EXAMPLES, SITE, FAILOVERS, UPGRADES, CLOCKS, ...SEQUENTIAL],
          sequence: { groupOrder: 1 },
          // More workers than a small machine has cores: many tests wait. With 2, half of the CPU time was unused.
          maxWorkers: 3,
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'alone',
          include: SEQUENTIAL,
          sequence: { groupOrder: 3 },
          fileParallelism: false,
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'examples',
          include: [EXAMPLES],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      { test: { ...WITH_PROCESSES, name: 'site', include: [SITE], sequence: { groupOrder: 4 } } },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'redis',
          include: [FAILOVERS],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'upgrade',
          include: [UPGRADES],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...WITH_PROCESSES,
          name: 'clocks',
          include: [CLOCKS],
          sequence: { groupOrder: 4 },
          fileParallelism: false,
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
          // Long enough for a build without a cache.
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'k8s',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: ['tests/k8s/**/*.test.ts'],
          exclude: [REDIS_PODS],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'k8s-redis',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: [REDIS_PODS],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'tenants',
          sequence: { groupOrder: 4 },
          environment: 'node',
          include: ['tests/tenants/**/*.test.ts'],
          fileParallelism: false,
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
