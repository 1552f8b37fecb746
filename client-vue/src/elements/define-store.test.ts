import { describe, expect, it } from 'vitest';
import { computed, ref } from 'vue';
import * as pinia from '../stores/define-store.ts';
import * as small from './define-store.ts';

describe.each([
  ['with pinia', pinia],
  ['without pinia', small],
])('stores %s', (_name, { defineStore, forgetStores }) => {
  const useCount = defineStore(() => {
    const count = ref(1);
    const double = computed(() => 2 * count.value);
    const add = (): number => count.value++;
    return { count, double, add };
  });

  it('should share a single instance with unwrapped refs', () => {
    useCount().add();
    useCount().count++;
    expect(useCount()).toBe(useCount());
    expect([useCount().count, useCount().double]).toEqual([3, 6]);
  });

  it('should create a new instance after a reset and keep the old state unchanged', () => {
    const old = useCount();
    old.count = 7;
    forgetStores();
    expect(useCount().count).toBe(1);
    expect(old.count).toBe(7);
  });

  it('should not share state between stores', () => {
    const useOther = defineStore(() => ({ count: ref(40) }));
    useOther().count++;
    expect([useOther().count, useCount().count]).toEqual([41, 1]);
  });
});
