import type { Head } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { dieAt, erase, Fixture, notification } from '../../../testing/feed-fixture.ts';
import { deleteWithdrawn } from '../broadcast/confirm.ts';
import { eraseInSteps } from './erase-in-steps.ts';

const ADA = 'user:ada';

it('should skip the remaining steps once another host has completed the erasure', async () => {
  const f = new Fixture();
  f.depositInPartition(1, [notification('x', { feed: ADA })]);
  await f.instance().take(1);
  f.depositInPartition(2, [{ ...erase, feed: ADA }]);
  await expect(f.instance(dieAt('committed')).take(2)).rejects.toThrow('died');
  const head = (await f.log.readHead(ADA))?.head as Head;
  const done: string[] = [];
  const complete = (host: string, afterFirstStep: () => Promise<void>) =>
    deleteWithdrawn(ADA, head, {
      ...{ log: f.log, now: () => f.now },
      onErased: eraseInSteps([
        async () => void done.push(`${host} 1`),
        afterFirstStep,
        async () => void done.push(`${host} 2`),
      ]),
    });
  await complete('a', () => complete('b', () => Promise.resolve()));
  expect(done).toEqual(['a 1', 'b 1', 'b 2']);
});
