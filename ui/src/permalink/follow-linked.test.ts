import type { Publication } from '@tocsin/contracts';
import { nextTick } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useGone } from '../../../client-vue/src/inbox/view/use-gone.ts';
import { useClock } from '../../../client-vue/src/stores/clock.ts';
import { useItems } from '../../../client-vue/src/stores/feeds/items.ts';
import { useMarks } from '../../../client-vue/src/stores/reader/marks.ts';
import { at, range, useFreshStores } from '../../../client-vue/testing/stores.ts';
import type { FetchLinkedResult } from './fetch-linked.ts';
import { followLinked } from './follow-linked.ts';

useFreshStores();

const shown = (publication: Publication, epoch = 'e'): FetchLinkedResult => ({
  state: 'shown',
  linked: { feed: 'all', epoch, publication },
});
const linked = at(1, new Date(Date.now() + 3_600_000).toISOString());
const RETRACTED = shown({ offset: 1, notification: null, id: 'n1', gone: 'retracted' });

let responses: FetchLinkedResult[];
let drawn: FetchLinkedResult[];
let beforeResponse: () => void;
let followed: ReturnType<typeof followLinked>;

beforeEach(async () => {
  drawn = [];
  responses = [shown(linked)];
  beforeResponse = () => undefined;
  useItems().add('all', { epoch: 'e', publications: range(5, 6) });
  followed = followLinked({
    fetch: async () => {
      await nextTick();
      beforeResponse();
      return responses.shift() ?? { state: 'failed' };
    },
    useGone,
    draw: (result) => drawn.push(result),
  });
});
afterEach(() => followed.stop());

/** Waits for pending watchers and requests. */
const waitUntilSettled = () => new Promise((resolve) => setTimeout(resolve));

it.each([
  ['retracted', () => useItems().remove('all', ['n1'])],
  ['erased', () => useItems().clear('all')],
  ['expired', () => (useClock().now += 3_601_000)],
])('should immediately show that a notification outside the list is gone: %s', async (_, change) => {
  expect(await followed.load()).toEqual(shown(linked));
  expect(drawn).toEqual([shown(linked)]);
  change();
  await nextTick();
  expect(drawn).toEqual([shown(linked), { state: 'unknown' }]);
  await waitUntilSettled();
  expect(drawn, 'the second request failed').toHaveLength(2);
});

it('should show why the notification is gone once the server responds', async () => {
  responses = [shown(linked), RETRACTED];
  await followed.load();
  useItems().remove('all', ['n1']);
  await waitUntilSettled();
  expect(drawn).toEqual([shown(linked), { state: 'unknown' }, RETRACTED]);
});

it('should not show content that is gone, even if the server still returns it', async () => {
  responses = [shown(linked), shown(linked)];
  await followed.load();
  useItems().remove('all', ['n1']);
  await waitUntilSettled();
  expect(drawn).toEqual([shown(linked), { state: 'unknown' }]);
});

it('should show only the reason if the notification was retracted before the response arrived', async () => {
  responses = [shown(linked), RETRACTED];
  beforeResponse = () => useItems().remove('all', ['n1']);
  expect(await followed.load()).toEqual(RETRACTED);
  expect(drawn).toEqual([RETRACTED]);
});

it('should not show content that was retracted before the response arrived, even if the response contains it', async () => {
  responses = [shown(linked), shown(linked)];
  beforeResponse = () => useItems().remove('all', ['n1']);
  await followed.load();
  expect(drawn).toEqual([{ state: 'unknown' }]);
});

it.each([
  ['the notification', shown(linked)],
  ['a failure', { state: 'failed' } as const],
])(
  'should repeat the request if the feed is erased before the response arrives, and then show %s',
  async (_, second) => {
    responses = [shown(linked), second];
    let isFirst = true;
    beforeResponse = () => {
      if (isFirst) useItems().clear('all');
      isFirst = false;
    };
    expect(await followed.load()).toEqual(second);
    expect(drawn).toEqual([second]);
  },
);

it('should repeat the request after a delay if the epoch is the same after an erasure', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  responses = [shown(linked), shown(linked), shown(linked)];
  await followed.load();
  useItems().clear('all');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(drawn, 'another instance may not have processed the erasure yet').toEqual([
    shown(linked),
    { state: 'unknown' },
  ]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(drawn, 'the erasure was older than the notification').toEqual([
    shown(linked),
    { state: 'unknown' },
    shown(linked),
  ]);
  vi.useRealTimers();
});

it('should show the reason if a notification with the same collapse key has replaced it', async () => {
  const old = { offset: 1, notification: { ...linked.notification, collapseKey: 'k' } };
  responses = [shown(old), RETRACTED];
  await followed.load();
  const newer = at(7);
  const notification = { ...newer.notification, collapseKey: 'k' };
  useItems().add('all', { epoch: 'e', publications: [{ ...newer, notification }] });
  await waitUntilSettled();
  expect(drawn).toEqual([shown(old), { state: 'unknown' }, RETRACTED]);
});

it('should show and follow a notification that is published again after an erasure', async () => {
  responses = [shown(linked), shown(linked, 'e2'), RETRACTED];
  await followed.load();
  useItems().clear('all');
  await waitUntilSettled();
  expect(drawn.slice(1)).toEqual([{ state: 'unknown' }, shown(linked, 'e2')]);
  useItems().remove('all', ['n1']);
  await waitUntilSettled();
  expect(drawn.slice(3)).toEqual([{ state: 'unknown' }, RETRACTED]);
});

it('should keep an archived notification, and send no requests once it is closed', async () => {
  useItems().add('all', { epoch: 'e', publications: [linked] });
  responses = [shown(linked), RETRACTED];
  await followed.load();
  useMarks().override(['all/n1'], { place: 'archive' });
  await waitUntilSettled();
  expect(responses).toEqual([RETRACTED]);
  followed.stop();
  useItems().remove('all', ['n1']);
  await waitUntilSettled();
  expect([drawn, responses]).toEqual([[shown(linked)], [RETRACTED]]);
});
