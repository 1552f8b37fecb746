import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeProject, hasDocker } from '../../compose/project.ts';
import { FEEDS_OF_EACH_KIND, startFeedLoad } from '../../support/feed-load.ts';

const NODES = [1, 2, 3, 4, 5, 6].map((n) => `redis-${n}`);
const BUILD_MS = 900_000;
const CATCH_UP_MS = 90_000;

let project: ComposeProject;

beforeAll(async () => {
  if (!hasDocker) return;
  project = await ComposeProject.create({ files: ['docker-compose.yml', 'compose/redis-cluster.yml'] });
  await project.up('--build');
}, BUILD_MS);
afterAll(() => project?.remove());

/** Returns the current masters' names, according to the first node that responds. */
async function masters(): Promise<string[]> {
  const ask =
    '. /secrets/operator/env; REDISCLI_AUTH=$REDIS_PASSWORD valkey-cli --user operator cluster nodes';
  for (const node of NODES) {
    const text = await project.compose('exec', '-T', node, 'sh', '-c', ask).catch(() => undefined);
    if (text === undefined) continue;
    const lines = text.split('\n').filter((line) => /[ ,]master /.test(line) && !line.includes('fail'));
    return lines.map((line) => /,(redis-\d)/.exec(line)?.[1] ?? line).sort();
  }
  throw new Error('no node responds');
}

const load = () =>
  startFeedLoad({
    feeds: FEEDS_OF_EACH_KIND,
    url: project.url,
    producerUrls: [project.publishUrl],
    patienceMs: 300_000,
  });

describe.skipIf(!hasDocker)('compose with a Redis Cluster of six nodes', () => {
  it('should have three masters, and pass the doctor’s checks', async () => {
    expect(await masters()).toEqual(['redis-1', 'redis-2', 'redis-3']);
    expect(await project.doctor()).toMatchObject({ code: 0 });
  });

  it('should not lose, duplicate or reorder notifications when a master is killed and returns', async () => {
    const running = await load();
    try {
      await delay(3_000);
      await project.compose('kill', 'redis-1');
      await expect.poll(masters, { timeout: 60_000 }).not.toContain('redis-1');
      await delay(3_000);
      await project.restartStopped('redis-1');
      await delay(3_000);
      await running.stop();
      const { acknowledged, devices, faults } = await running.audit(CATCH_UP_MS);
      console.log(`after a master was killed: ${acknowledged} acknowledged on ${devices} devices`);
      expect(faults).toEqual([]);
    } finally {
      running.close();
    }
  });

  it('should keep the history after all containers are removed and recreated', async () => {
    const running = await load();
    try {
      await delay(2_000);
      await running.stop();
      await project.compose('down', '--timeout', '20');
      await project.up();
      const { faults } = await running.audit(CATCH_UP_MS);
      expect(faults).toEqual([]);
    } finally {
      running.close();
    }
    const secondLoad = await load();
    try {
      await delay(2_000);
      await secondLoad.stop();
      expect((await secondLoad.audit(CATCH_UP_MS)).faults).toEqual([]);
    } finally {
      secondLoad.close();
    }
  });
});
