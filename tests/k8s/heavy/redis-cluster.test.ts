import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEEDS_OF_EACH_KIND, startFeedLoad, type FeedLoadResult } from '../../support/feed-load.ts';
import { NAMESPACE, deploy, deployOrFail, doctor, exists, kubectlInNamespace } from '../cluster.ts';
import { NODES, isHealthy, killPod, masterPods, podIds, redisNodes, withoutNewPods } from './redis-nodes.ts';

const RECOVERY_WAIT = { timeout: 180_000, interval: 1_000 };
const CATCH_UP_MS = 120_000;

let url: string;
let isOurs = false;

beforeAll(async () => {
  if (await exists('namespace', NAMESPACE))
    throw new Error(`The cluster has a namespace ${NAMESPACE}, which this test would remove.`);
  isOurs = true;
  const output = await deployOrFail('--redis-cluster');
  url = /^Tocsin is running\. Open (\S+)$/m.exec(output)?.[1] ?? '';
});
afterAll(async () => {
  if (isOurs) await deploy(['--delete']);
});

/** Runs a load on four feeds and eight devices during `fail` and until the cluster has recovered. */
async function loadThrough(what: string, fail: () => Promise<unknown>): Promise<FeedLoadResult> {
  await expect.poll(isHealthy, RECOVERY_WAIT).toBe(true);
  const load = await startFeedLoad({
    ...{ feeds: FEEDS_OF_EACH_KIND, url, producerUrls: [url], patienceMs: 300_000 },
  });
  try {
    await delay(5_000);
    await fail();
    await expect.poll(isHealthy, RECOVERY_WAIT).toBe(true);
    await delay(5_000);
    await load.stop();
    const result = await load.audit(CATCH_UP_MS);
    const sum = (kind: 'lost' | 'gaps') =>
      result.faults.reduce(
        (all, { lost, reportedGaps }) => all + (kind === 'lost' ? lost.length : reportedGaps),
        0,
      );
    console.log(
      `${what}: ${result.acknowledged} notifications acknowledged; across ${result.devices} devices, ${sum('lost')} lost, ` +
        `${sum('gaps')} gaps`,
    );
    return result;
  } finally {
    load.close();
  }
}

describe('a Redis Cluster of six pods', () => {
  it('should have three masters with one replica each, and pass the doctor’s checks', async () => {
    await expect.poll(isHealthy, RECOVERY_WAIT).toBe(true);
    const { code, stdout } = await doctor();
    expect(code, stdout).toBe(0);
  });

  it('should not lose, duplicate or reorder notifications when a master’s pod is deleted', async () => {
    const [master = ''] = await masterPods();
    const { faults } = await loadThrough('a master deleted', () =>
      kubectlInNamespace('delete', 'pod', master),
    );
    expect(faults).toEqual([]);
    expect(await masterPods()).not.toContain(master);
  });

  it('should continue when a master is killed and stays down, and report a gap if anything was lost', async () => {
    const [master = ''] = await masterPods();
    const before = await podIds();
    const { faults } = await loadThrough('a master killed', () =>
      withoutNewPods(async () => {
        await killPod(master);
        await expect.poll(masterPods, RECOVERY_WAIT).not.toContain(master);
        await expect.poll(async () => (await masterPods()).length, RECOVERY_WAIT).toBe(3);
        await delay(5_000);
      }),
    );
    for (const { duplicated, outOfOrder, skipped, lost, reportedGaps } of faults) {
      expect({ duplicated, outOfOrder, skipped }).toEqual({ duplicated: [], outOfOrder: [], skipped: [] });
      expect(lost.length === 0 || reportedGaps > 0).toBe(true);
    }
    expect((await podIds()).get(master)).not.toBe(before.get(master));
  });

  it('should not lose, duplicate or reorder notifications when all pods are deleted', async () => {
    const [before, ids] = [await podIds(), (await redisNodes()).map(({ id }) => id).sort()];
    const { faults } = await loadThrough('all pods deleted', () =>
      kubectlInNamespace('delete', 'pod', ...NODES),
    );
    expect(faults).toEqual([]);
    const after = await podIds();
    expect(NODES.filter((pod) => after.get(pod) === before.get(pod))).toEqual([]);
    // The node ids haven't changed, so no node lost data.
    expect((await redisNodes()).map(({ id }) => id).sort()).toEqual(ids);
  });
});
