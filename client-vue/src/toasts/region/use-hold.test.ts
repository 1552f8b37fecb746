import { createRenderer, nextTick, ref } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { TOAST_MS, useToasts } from '../store.ts';
import { useHold } from './use-hold.ts';

useFreshStores();
beforeEach(() => {
  vi.useFakeTimers();
  const ignore = () => undefined;
  vi.stubGlobal('document', { hidden: false, addEventListener: ignore, removeEventListener: ignore });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const node = () => ({});
const returnNull = () => null;
/** Renders without a document. */
const { createApp } = createRenderer<object, object>({
  ...{ createElement: node, createText: node, createComment: node },
  ...{ insert: returnNull, remove: returnNull, parentNode: returnNull, nextSibling: returnNull },
  ...{ patchProp: returnNull, setText: returnNull, setElementText: returnNull },
});

it('should let toasts expire after the region that holds them is removed from the page', async () => {
  let hold: ReturnType<typeof useHold> | undefined;
  const app = createApp({
    setup() {
      hold = useHold(ref(null));
      return returnNull;
    },
  });
  app.mount({});
  const toasts = useToasts();
  toasts.show('all', [at(1)]);
  hold?.focus(true);
  await nextTick();
  vi.advanceTimersByTime(2 * TOAST_MS);
  expect(toasts.visible).toBe(1);
  app.unmount();
  await nextTick();
  vi.advanceTimersByTime(TOAST_MS);
  expect(toasts.visible).toBe(0);
});
