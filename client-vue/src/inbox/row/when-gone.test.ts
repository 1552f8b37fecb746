import { effectScope, nextTick } from 'vue';
import { expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useClock } from '../../stores/clock.ts';
import { useItems } from '../../stores/feeds/items.ts';
import { useMarks } from '../../stores/reader/marks.ts';
import { whenGone } from './when-gone.ts';

useFreshStores();

it.each([
  ['report a retracted item', () => useItems().remove('all', ['n1']), true],
  ['report an erased item', () => useItems().clear('all'), true],
  ['report an expired item', () => (useClock().now += 3_601_000), true],
  ['ignore an archived item', () => useMarks().override(['all/n1'], { place: 'archive' }), false],
  ['ignore the retraction of another item', () => useItems().remove('all', ['n3']), false],
])('should %s', async (_, change, isGone) => {
  const notifications = useItems();
  const publications = [at(1, new Date(Date.now() + 3_600_000).toISOString()), at(2), at(3)];
  notifications.add('all', { epoch: 'e', publications });
  const onGone = vi.fn();
  const scope = effectScope(true);
  scope.run(() => whenGone(notifications.items.slice(1), onGone));
  change();
  await nextTick();
  expect(onGone).toHaveBeenCalledTimes(isGone ? 1 : 0);
  scope.stop();
});
