import { ROOT, run } from '@tocsin/tools';
import { expect, it } from 'vitest';
import { z } from 'zod';

const resultsSchema = z.array(
  z.object({
    peers: z.array(z.object({ id: z.string(), missing: z.string().optional() })),
    samples: z.array(
      z.object({ work: z.string(), peer: z.string(), figures: z.record(z.string(), z.number()) }),
    ),
    faults: z.array(z.unknown()),
  }),
);
const PEERS = ['ws', 'socketio-streams', 'socketio-recovery', 'tocsin'];
const WORKLOADS_WITH_FEEDS = ['feeds-1', 'feeds-1000', 'feeds-10000', 'mixed'];
const TOCSIN_WORKLOADS = [
  'latency',
  'dapr-calls',
  'singles',
  'arrays',
  ...WORKLOADS_WITH_FEEDS,
  'fan-out-8',
  'fan-out-1',
  'connections',
  'idle',
  'recovery',
  'overload',
  'overload-1000',
];

it('npm run bench should run each workload on all systems, and verify every message', async () => {
  const args = ['bench', '--small', '--rounds', '1', '--json', '--only', PEERS.join(',')];
  const { code, stdout, output } = await run('node', ['lab/start.mjs', ...args], { cwd: ROOT });
  expect(code, output).toBe(0);
  const [result] = resultsSchema.parse(JSON.parse(stdout));
  expect(result?.faults).toEqual([]);
  expect(result?.peers.map(({ id, missing }) => missing ?? id).sort()).toEqual([...PEERS].sort());
  const workloadsOf = (peer: string) =>
    result?.samples.filter((sample) => sample.peer === peer).map(({ work }) => work);
  expect(workloadsOf('tocsin')).toEqual(TOCSIN_WORKLOADS);
  expect(workloadsOf('ws')).toEqual(expect.arrayContaining(['latency', 'fan-out-8', 'connections']));
  expect(workloadsOf('socketio-streams')).toEqual(expect.arrayContaining([...WORKLOADS_WITH_FEEDS, 'idle']));
  expect(workloadsOf('socketio-recovery')).toEqual(['recovery']);
  const figures = (result?.samples ?? []).flatMap((sample) => Object.values(sample.figures));
  expect(figures.filter((figure) => !Number.isFinite(figure))).toEqual([]);
  // Each sample must have a figure above zero.
  for (const sample of result?.samples ?? [])
    expect(Math.max(...Object.values(sample.figures)), `${sample.work} of ${sample.peer}`).toBeGreaterThan(0);
}, 300_000);
