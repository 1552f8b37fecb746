import { effectScope, shallowRef, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../../testing/stores.ts';
import { useShortcuts } from './use-shortcuts.ts';

useFreshStores();
class FakeDocument {
  activeElement: unknown = null;
}
let scope: EffectScope;
let page: FakeDocument;

/** Returns an element that `selector` matches. */
function element(selector?: string) {
  const self = {
    ...{ isConnected: true, focus: () => (page.activeElement = self) },
    closest: (wanted: string) => (wanted === selector ? self : null),
  };
  return self;
}

let list: ReturnType<typeof element>;
let help: ReturnType<typeof element>;
let row: ReturnType<typeof element>;
beforeEach(() => {
  vi.stubGlobal('Document', FakeDocument);
  scope = effectScope(true);
  page = new FakeDocument();
  [list, help, row] = [element(), element('.tocsin-keys'), element()];
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
});

/** Opens the help from the row. The help takes the focus. */
function openHelp() {
  const root = { getRootNode: () => page, querySelector: () => list };
  const { isHelpOpen } = scope.run(() => useShortcuts(shallowRef(root as unknown as HTMLElement)))!;
  row.focus();
  isHelpOpen.value = true;
  help.focus();
  return isHelpOpen;
}

it('should return the focus to the previous element when the help closes', () => {
  openHelp().value = false;
  expect(page.activeElement).toBe(row);
});

it('should move the focus from the help to the list if the previously focused row is gone', () => {
  const isHelpOpen = openHelp();
  row.isConnected = false;
  isHelpOpen.value = false;
  expect(page.activeElement).toBe(list);
});

it('should leave the focus alone if it is outside the help', () => {
  const isHelpOpen = openHelp();
  const other = element();
  other.focus();
  isHelpOpen.value = false;
  expect(page.activeElement).toBe(other);
});
