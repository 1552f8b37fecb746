import { nextTick, ref, shallowRef } from 'vue';
import { afterEach, expect, it, vi } from 'vitest';
import { useUndoFocus } from './use-undo-focus.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

class FakeDocument {
  activeElement: unknown = null;
}

it('should move the focus to the list if the focused button disappears', async () => {
  vi.stubGlobal('Document', FakeDocument);
  const page = new FakeDocument();
  const list = { focus: vi.fn<() => void>() };
  const blur = vi.fn<() => void>();
  const button = { blur, getRootNode: () => page, closest: () => ({ querySelector: () => list }) };
  const canUndo = ref(true);
  useUndoFocus(shallowRef(button as unknown as HTMLElement), () => canUndo.value);
  canUndo.value = false;
  await nextTick();
  expect(list.focus, 'the focus is elsewhere').not.toHaveBeenCalled();
  canUndo.value = true;
  await nextTick();
  page.activeElement = button;
  canUndo.value = false;
  await nextTick();
  expect(blur).toHaveBeenCalledOnce();
  expect(list.focus).toHaveBeenCalledOnce();
});
