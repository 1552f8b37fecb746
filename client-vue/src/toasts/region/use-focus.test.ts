import { effectScope, nextTick, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useToasts } from '../store.ts';
import { useFocus } from './use-focus.ts';

useFreshStores();
class FakeDocument {
  activeElement: unknown = null;
}
let scope: EffectScope;
let page: FakeDocument;
let region: HTMLElement;
let cards: HTMLElement[] = [];
const setFocused = vi.fn<(inside: boolean) => void>();

/** Returns a button in the page, or in the card with this key. */
function button(key?: string): HTMLElement {
  const element = {
    ...{ dataset: { toastKey: key }, closest: () => (key === undefined ? null : element) },
    ...{ querySelector: () => element, focus: () => (page.activeElement = element) },
    blur: () => (page.activeElement = null),
  };
  return element as unknown as HTMLElement;
}

beforeEach(() => {
  scope = effectScope(true);
  vi.stubGlobal('Document', FakeDocument);
  vi.stubGlobal('HTMLElement', Object);
  page = new FakeDocument();
  cards = [1, 2, 3].map((offset) => button(`all/n${offset}`));
  const contains = (node: unknown) => node === region || cards.includes(node as HTMLElement);
  region = Object.assign(button(), { contains, getRootNode: () => page });
  setFocused.mockClear();
  useToasts().show('all', [at(1), at(2), at(3)]);
});
afterEach(() => {
  // The countdowns outlive this file. Without the stubs, a watcher would throw and stop Vue's updates in the worker.
  scope.stop();
  vi.unstubAllGlobals();
});

const start = () => scope.run(() => useFocus(ref(region), () => cards, setFocused))!;

it('should move the focus from a retracted toast to the next toast', () => {
  start();
  cards[0]?.focus();
  useToasts().remove('all', ['n1', 'n2'], 'retracted');
  expect(page.activeElement).toBe(cards[2]);
});

it('should leave the focus alone if the focused toast stays or the focus is outside the toasts', () => {
  start();
  cards[0]?.focus();
  useToasts().remove('all', ['n2']);
  expect(page.activeElement).toBe(cards[0]);
  page.activeElement = null;
  useToasts().clear('all');
  expect(page.activeElement).toBe(null);
});

it('should return the focus to the previous element if all toasts are gone', () => {
  const before = button();
  const { onFocusIn } = start();
  onFocusIn({ relatedTarget: before } as unknown as FocusEvent);
  region.focus();
  page.activeElement = region;
  useToasts().clear('all');
  expect(page.activeElement).toBe(before);
});

it('should return the focus to an element in another shadow root after the hotkey', () => {
  const inner = button();
  const outer = { shadowRoot: { activeElement: { shadowRoot: { activeElement: inner } } } };
  vi.stubGlobal('document', { activeElement: outer });
  const { onFocusIn, takeFocus, returnFocus } = start();
  region.focus = () => {
    page.activeElement = region;
    onFocusIn({ relatedTarget: outer } as unknown as FocusEvent);
  };
  takeFocus();
  expect(page.activeElement).toBe(region);
  expect(returnFocus()).toBe(true);
  expect(page.activeElement).toBe(inner);
});

it('should report that the focus is gone if the focused button was removed', async () => {
  start();
  cards[0]?.focus();
  page.activeElement = null;
  useToasts().remove('all', ['n2']);
  await nextTick();
  expect(setFocused).toHaveBeenLastCalledWith(false);
});
