import { effectScope, nextTick, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startSession, type MarkRequest } from '../../../testing/reader.ts';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useItems } from '../../stores/feeds/items.ts';
import { useReader } from '../../stores/reader/reader.ts';
import { useMarkSeen } from './use-mark-seen.ts';

useFreshStores();
let scope: EffectScope;
let page: EventTarget & { hidden: boolean };
let requests: MarkRequest[];
const isListShown = ref(true);

beforeEach(() => {
  scope = effectScope(true);
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', page);
  isListShown.value = true;
  requests = startSession();
  useReader().initFeed('all', { epoch: 'e', offset: 0 });
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
});

const start = () => scope.run(() => useMarkSeen(() => isListShown.value));

/** Adds a notification. Returns the offsets that have been marked as seen. */
async function arrive(offset: number): Promise<unknown[]> {
  useItems().add('all', { epoch: 'e', publications: [at(offset)] });
  return await seen();
}
async function seen(): Promise<unknown[]> {
  await nextTick();
  await nextTick();
  return requests.flatMap(([name, , change]) =>
    name === 'seen' ? [(change as { offset: number }).offset] : [],
  );
}

it('should mark arrivals as seen', async () => {
  start();
  expect(await arrive(1)).toEqual([1]);
  expect(await arrive(2)).toEqual([1, 2]);
});

it('should mark arrivals in a hidden tab as seen once the tab is visible', async () => {
  page.hidden = true;
  start();
  expect(await arrive(1)).toEqual([]);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(await seen()).toEqual([1]);
  scope.stop();
  await arrive(2);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(await seen()).toEqual([1]);
});

it('should mark arrivals as seen once the list is shown again', async () => {
  isListShown.value = false;
  start();
  expect(await arrive(1)).toEqual([]);
  isListShown.value = true;
  expect(await seen()).toEqual([1]);
});
