import { setTimeout as delay } from 'node:timers/promises';
import { run } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMESPACE, ROOT, exists, pods } from '../k8s/cluster.ts';
import { FEEDS_OF_EACH_KIND, startFeedLoad, type FeedLoad } from '../support/feed-load.ts';
import { earlierRelease, RELEASE_0_1_0 } from './earlier-release.ts';

const CATCH_UP_MS = 120_000;
const LIMIT_MS = 900_000;
/** The tags of both versions' images, which are already on the cluster's only node. */
const [EARLIER, LATER] = [process.env['EARLIER_TAG'], process.env['LATER_TAG']];
const isPrepared = EARLIER !== undefined && LATER !== undefined;

let earlier: string;
let load: FeedLoad;

/** Runs `npm run deploy` for the version in `cwd`, and returns the address that it prints. */
async function deploy(cwd: string, ...args: string[]): Promise<string> {
  const { code, output } = await run('npm', ['run', '--silent', 'deploy', '--', ...args], { cwd });
  const url = / Open (https?:\S+)$/m.exec(output)?.[1];
  if (code !== 0 || url === undefined) throw new Error(`npm run deploy exited with ${code}:\n${output}`);
  return url;
}

beforeAll(async () => {
  if (!isPrepared) return;
  if (await exists('namespace', NAMESPACE))
    throw new Error(`The cluster has a namespace ${NAMESPACE}, which this test would remove.`);
  earlier = await earlierRelease(RELEASE_0_1_0);
}, LIMIT_MS);
afterAll(async () => {
  load?.close();
  if (isPrepared) await run('npm', ['run', '--silent', 'deploy', '--', '--delete'], { cwd: ROOT });
}, LIMIT_MS);

it.skipIf(!isPrepared)(
  'should not lose, duplicate or reorder notifications when npm run deploy replaces the pods of 0.1.0',
  async () => {
    const options = ['--local', '--publish', '--tag'];
    const url = await deploy(earlier, ...options, EARLIER ?? '');
    const uids = new Set((await pods()).map(({ uid }) => uid));
    // Publishers retry while pods are replaced, which takes longer than the default retry limit.
    load = await startFeedLoad({ feeds: FEEDS_OF_EACH_KIND, url, producerUrls: [url], patienceMs: 600_000 });
    await delay(5_000);
    const from = Date.now();
    expect(await deploy(ROOT, ...options, LATER ?? '')).toBe(url);
    console.log(`replaced after ${Math.round((Date.now() - from) / 1000)} s`);
    await delay(5_000);
    await load.stop();
    const { acknowledged, devices, faults } = await load.audit(CATCH_UP_MS);
    console.log(`0.1.0 replaced in Kubernetes: ${acknowledged} acknowledged on ${devices} devices`);
    expect(faults).toEqual([]);
    const names = new Set((await pods()).map(({ app }) => app));
    const remaining = (await pods()).filter(({ uid }) => uids.has(uid)).map(({ app }) => app);
    expect({ names: [...names].sort(), remaining }).toEqual({
      names: ['bff', 'producer', 'redis', 'ui'],
      remaining: [],
    });
  },
  LIMIT_MS,
);
