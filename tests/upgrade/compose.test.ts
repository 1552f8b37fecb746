import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { findDocker } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ComposeProject } from '../compose/project.ts';
import { earlierRelease, RELEASE_0_1_0 } from './earlier-release.ts';

const FEEDS = ['all', 'user:ada', 'user:ben', 'topic:stock'];
const BUILD_MS = 900_000;
const CATCH_UP_MS = 90_000;

const hasDocker = await findDocker().then(
  () => true,
  () => false,
);
let project: ComposeProject;
const observers: Observer[] = [];

beforeAll(async () => {
  if (!hasDocker) return;
  project = await ComposeProject.create(await earlierRelease(RELEASE_0_1_0));
  await project.up('--build');
}, BUILD_MS);
afterAll(async () => {
  for (const observer of observers) observer.close();
  await project?.upgraded().remove();
});

it.skipIf(!hasDocker)(
  'should lose, duplicate and reorder nothing when the new compose file replaces the containers of 0.1.0',
  async () => {
    for (const feed of FEEDS)
      for (const device of ['laptop', 'phone'])
        observers.push(new Observer(`${feed} on ${device}`, project.url, { feed }));
    await Promise.all(observers.map((observer) => observer.ready()));
    const callers = FEEDS.map((feed) => ({
      feed,
      // Publishers retry while containers are replaced, which takes longer than the default limit for retries.
      caller: new Caller({ urls: [project.publishUrl], patienceMs: 600_000 }),
    }));
    let publishing = true;
    const load = Promise.all(
      callers.map(async ({ feed, caller }) => {
        while (publishing) {
          const [notification] = makeNotifications(1, { label: feed });
          if (notification) await caller.post([{ ...notification, feed }]);
          await delay(100);
        }
      }),
    );
    await delay(5_000);
    const upgraded = project.upgraded();
    await upgraded.compose('build');
    const from = Date.now();
    await upgraded.up();
    console.log(`replaced after ${Math.round((Date.now() - from) / 1000)} s`);
    await delay(5_000);
    publishing = false;
    await load;

    const idsOf = ({ feed }: Observer) => [
      ...(callers.find((caller) => caller.feed === feed)?.caller.acknowledged.keys() ?? []),
    ];
    await Promise.all(observers.map((observer) => observer.sees(idsOf(observer), CATCH_UP_MS)));
    const total = callers.reduce((sum, { caller }) => sum + caller.acknowledged.size, 0);
    console.log(`0.1.0 replaced by compose: ${total} acknowledged on ${observers.length} devices`);
    const accounts = observers.map((observer) => audit(observer, idsOf(observer)));
    expect(accounts.filter((account) => !isClean(account) || account.reportedGaps > 0)).toEqual([]);
  },
  BUILD_MS,
);
