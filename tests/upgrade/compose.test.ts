import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ComposeProject, hasDocker } from '../compose/project.ts';
import { FEEDS_OF_EACH_KIND, startFeedLoad, type FeedLoad } from '../support/feed-load.ts';
import { earlierRelease, RELEASE_0_1_0 } from './earlier-release.ts';

const BUILD_MS = 900_000;
const CATCH_UP_MS = 90_000;

let project: ComposeProject;
let load: FeedLoad | undefined;

beforeAll(async () => {
  if (!hasDocker) return;
  project = await ComposeProject.create({ root: await earlierRelease(RELEASE_0_1_0) });
  await project.up('--build');
}, BUILD_MS);
afterAll(async () => {
  load?.close();
  await project?.upgraded().remove();
});

it.skipIf(!hasDocker)(
  'should not lose, duplicate or reorder notifications when the new compose file replaces the containers of 0.1.0',
  async () => {
    load = await startFeedLoad({
      feeds: FEEDS_OF_EACH_KIND,
      url: project.url,
      producerUrls: [project.publishUrl],
      // Publishers retry while containers are replaced, which takes longer than the default retry limit.
      patienceMs: 600_000,
    });
    await delay(5_000);
    const upgraded = project.upgraded();
    await upgraded.compose('build');
    const from = Date.now();
    await upgraded.up();
    console.log(`replaced after ${Math.round((Date.now() - from) / 1000)} s`);
    await delay(5_000);
    await load.stop();

    const { acknowledged, devices, faults } = await load.audit(CATCH_UP_MS);
    console.log(`0.1.0 replaced by compose: ${acknowledged} acknowledged on ${devices} devices`);
    expect(faults).toEqual([]);
  },
  BUILD_MS,
);
