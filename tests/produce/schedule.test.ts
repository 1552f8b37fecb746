import { Observer } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

/** Maximum delay of a scheduled notification (ms). */
const ON_TIME_MS = 1_500;

let stack: Stack;
let observer: Observer;
let url: string;
beforeAll(async () => {
  stack = await startStack({ bffs: 1 });
  url = stack.producers[0]?.url ?? '';
});
afterAll(() => stack.stop());
beforeEach(async () => {
  observer = new Observer('client', stack.bffs[0]?.url ?? '');
  await observer.ready();
  return () => observer.close();
});

const post = async (id: string, at: number, members: object = {}): Promise<void> => {
  const response = await fetch(`${url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: id, deliverAt: new Date(at).toISOString(), ...members }),
  });
  expect([response.status, await response.json()]).toEqual([202, { ids: [id] }]);
};
const latenessOf = (id: string, at: number): number =>
  (observer.shown.find((shown) => shown.id === id)?.at ?? Number.NaN) - at;

it('should show a notification once, at the scheduled time', async () => {
  const at = Date.now() + 2_000;
  await post('on-time', at);
  await post('on-time', at);
  await post('past', Date.now() - 60_000);
  await observer.untilShown(['on-time', 'past']);
  const lateness = latenessOf('on-time', at);
  process.stdout.write(`deliverAt: delivered ${lateness.toFixed(0)} ms late\n`);
  expect(lateness).toBeGreaterThanOrEqual(0);
  expect(lateness).toBeLessThan(ON_TIME_MS);
  expect(observer.shown.map(({ id }) => id)).toEqual(['past', 'on-time']);
});

it('should never show a scheduled notification if it was retracted or the feed was erased', async () => {
  // Leaves enough time on a busy machine to retract the notifications before they're due.
  const at = Date.now() + 8_000;
  await post('retracted', at);
  await post('retracted-later', at + 3_600_000);
  await post('erased', at, { feed: 'user:7' });
  await post('stays', at);
  for (const id of ['retracted', 'retracted-later']) {
    expect((await fetch(`${url}/notifications/${id}`, { method: 'DELETE' })).status).toBe(202);
  }
  expect((await fetch(`${url}/feeds/user:7`, { method: 'DELETE' })).status).toBe(202);
  const other = new Observer('client of user:7', stack.bffs[0]?.url ?? '', { feed: 'user:7' });
  await observer.untilShown(['stays']);
  expect(observer.shown.map(({ id }) => id)).toEqual(['stays']);
  expect(other.shown).toEqual([]);
  other.close();
});

it('should show a scheduled notification on time after every process was killed', async () => {
  // Leaves enough time on a busy machine to restart all processes first.
  await post('survivor', Date.now() + 25_000);
  const at = Date.now() + 25_000;
  const [producer, bff] = [stack.producers[0], stack.bffs[0]];
  if (!producer || !bff) throw new Error('the stack has no producer or no bff');
  const pairs = [producer, bff];
  const processes = pairs.flatMap(({ app, sidecar }) => [app, sidecar]);
  await Promise.all(
    [...processes, stack.redis, stack.placement, stack.scheduler].map((process) => process.kill('SIGKILL')),
  );
  await Promise.all([stack.revive('redis'), stack.revive('placement'), stack.revive('scheduler')]);
  await Promise.all(processes.map((process) => process.start()));
  await Promise.all(pairs.map((pair) => pair.ready(60_000)));
  await observer.untilShown(['survivor'], 45_000);
  const lateness = latenessOf('survivor', at);
  process.stdout.write(
    `deliverAt after kill -9 of all processes: delivered ${lateness.toFixed(0)} ms late\n`,
  );
  expect(lateness).toBeLessThan(ON_TIME_MS);
});
