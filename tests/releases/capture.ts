/**
 * Captures a release's stored data, so that tests can check that later versions read it: `node --import tsx
 * tests/releases/capture.ts` writes <version>.json beside this file. Run it once for each release, using that release's
 * code. Don't rerun it for an old release.
 */
import { writeFileSync } from 'node:fs';
import { VERSION } from '@tocsin/service';
import { Observer } from '@tocsin/lab';
import { startStack } from '@tocsin/tools';
import { createClient } from 'redis';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { readSetAsideIndex } from '../support/state.ts';
import { captureStored } from './stored.ts';

const READER = 'reader-1';
const stack = await startStack({ bffs: 1 });
try {
  const [producer] = stack.producers;
  const [bff] = stack.bffs;
  if (!producer || !bff) throw new Error('the stack has no pairs');
  const send = async (method: string, url: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok)
      throw new Error(`${method} ${url} returned ${response.status}: ${await response.text()}`);
  };
  const post = (body: object) => send('POST', `${producer.url}/notifications`, body);
  const observer = new Observer('client', bff.url);
  await observer.ready();

  for (const id of ['all-1', 'all-2', 'all-3', 'retracted-1']) await post({ id, title: `Title of ${id}` });
  await post({
    ...{ id: 'full', severity: 'warning', title: 'All members', body: 'Two\nlines', source: 'capture' },
    ...{ link: '/x', actions: [{ label: 'Open', link: 'https://example.com/' }] },
    expiresAt: new Date(Date.now() + 20 * 3_600_000).toISOString(),
  });
  for (const id of ['old', 'new']) await post({ id, feed: 'topic:orders', title: id, collapseKey: 'order' });
  await post({ id: 'own', feed: 'user:Zoë Q', title: 'Yours' });
  await post({ id: 'erased-1', feed: 'topic:erased', title: 'Away' });
  await send('DELETE', `${producer.url}/notifications/retracted-1`);
  await send('DELETE', `${producer.url}/feeds/topic:erased`);
  await post({ id: 'last', title: 'Title of last' });
  await observer.untilShown(['last']);

  await send('POST', `${bff.url}/app/notifications/read`, {
    feed: 'all',
    offset: 2,
    ids: ['full'],
    clientId: READER,
  });
  await send('PUT', `${bff.url}/app/mutes`, {
    feeds: ['topic:stock'],
    severities: ['info'],
    clientId: READER,
  });
  const claimCheck = new ClaimCheck(producer);
  await claimCheck.deposit('all', 1, (entry) => ({ ...entry, notifications: [{ title: '' }] }));
  await claimCheck.announce('all', 1);
  while ((await readSetAsideIndex(bff)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));

  // The capture also contains unfinished work: two unclaimed, announced entries, and a scheduled notification due
  // within half a minute.
  observer.close();
  await bff.app.kill('SIGKILL');
  await bff.sidecar.kill('SIGKILL');
  for (const id of ['waits-1', 'waits-2']) await post({ id, title: `Title of ${id}` });
  await post({ id: 'later', title: 'On time', deliverAt: new Date(Date.now() + 20_000).toISOString() });
  await producer.app.kill('SIGKILL');

  const redis = createClient({ url: `redis://${stack.redisHost}` });
  await redis.connect();
  const stored = await captureStored(redis, VERSION);
  if (process.argv.includes('--commands')) console.log(await redis.info('commandstats'));
  await redis.close();
  writeFileSync(new URL(`./${VERSION}.json`, import.meta.url), `${JSON.stringify(stored, null, 2)}\n`);
  console.log(`${VERSION}.json: ${Object.keys(stored.hashes).length} documents.`);
} finally {
  await stack.stop();
}
process.exit();
