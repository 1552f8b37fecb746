import type { Sidecar } from '@tocsin/service';
import { expect, it } from 'vitest';
import { DaprOrigin } from './origin.ts';

/** Creates a store that contains an origin and counts reads. */
function storeWith(epoch: string) {
  const store = { epoch, reads: 0 };
  const sidecar: Pick<Sidecar, 'getState' | 'transact'> = {
    getState: () => {
      store.reads++;
      return Promise.resolve({ value: { v: 1, epoch: store.epoch }, etag: '1' });
    },
    transact: () => expect.fail('the store already has an origin'),
  };
  return { store, origin: new DaprOrigin(sidecar) };
}

it('should read the origin only once for all calls in the same tick', async () => {
  const { store, origin } = storeWith('1-a');
  const epochs = await Promise.all(Array.from({ length: 100 }, () => origin.firstEpoch()));
  expect(new Set(epochs)).toEqual(new Set(['1-a']));
  expect(store.reads).toBe(1);
});

it('should reread the origin on the next call because the store could have been replaced', async () => {
  const { store, origin } = storeWith('1-a');
  expect(await origin.firstEpoch()).toBe('1-a');
  store.epoch = '2-b';
  expect(await origin.firstEpoch()).toBe('2-b');
});
