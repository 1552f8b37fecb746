import { describe, expect, it } from 'vitest';
import { watch } from 'vue';
import { at, range, ids, useFreshStores } from '../../../testing/stores.ts';
import { MAX_ITEMS, useItems } from './items.ts';

useFreshStores();

describe('useItems', () => {
  it("should remove only the erased feed's items", () => {
    const notifications = useItems();
    notifications.add('all', { epoch: 'e', publications: range(1, 3) });
    notifications.add('topic:x', { epoch: 'e', publications: [at(9)] });
    notifications.older.set('all', { epoch: 'e', before: 1 });
    notifications.remove('all', ['n4']);
    notifications.clear('all');
    expect(ids()).toEqual(['n9']);
    expect(notifications.older.size).toBe(0);
    notifications.add('all', { epoch: 'f', publications: [at(4)] });
    expect(ids()).toContain('n4');
  });

  it('should never show an item that is gone', () => {
    const notifications = useItems();
    notifications.remove('all', ['n2']);
    notifications.add('all', { epoch: 'e', publications: range(1, 3) });
    expect(ids()).toEqual(['n3', 'n1']);
    notifications.remove('all', ['n1']);
    expect(ids()).toEqual(['n3']);
  });

  it('should limit the number of items and remember that older items exist', () => {
    const notifications = useItems();
    notifications.add('all', { epoch: 'e', publications: range(1, MAX_ITEMS + 5) });
    expect(notifications.items).toHaveLength(MAX_ITEMS);
    expect(ids().at(-1)).toBe('n6');
    expect(notifications.older.get('all')).toBe('dropped');
  });

  it('should remove expired items', () => {
    const notifications = useItems();
    const inAMinute = new Date(Date.now() + 60_000).toISOString();
    notifications.add('all', {
      epoch: 'e',
      publications: [at(1, '2020-06-01T11:00:00Z'), at(2, inAMinute), at(3)],
    });
    expect(ids()).toEqual(['n3', 'n2']);
    notifications.expire(Date.now() + 120_000);
    expect(ids()).toEqual(['n3']);
  });

  it("should remove a feed's items in a single update if they expire together", () => {
    const notifications = useItems();
    const inAMinute = new Date(Date.now() + 60_000).toISOString();
    notifications.add('all', { epoch: 'e', publications: [at(1, inAMinute), at(2, inAMinute), at(3)] });
    let changes = 0;
    const stop = watch(
      () => notifications.all,
      () => changes++,
      { flush: 'sync' },
    );
    expect(notifications.expire(Date.now() + 120_000)).toHaveLength(2);
    stop();
    expect(ids()).toEqual(['n3']);
    expect(changes).toBe(1);
  });
});
