import { effectScope, nextTick, ref, shallowRef, watch, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useRowFocus } from './use-row-focus.ts';

class FakeDocument {
  activeElement: unknown = null;
}
class FakeElement {
  isConnected = true;
  readonly children: FakeElement[];
  constructor(...children: FakeElement[]) {
    this.children = children;
  }
  readonly getRootNode = () => page;
  readonly focus = () => {
    page.activeElement = this;
  };
  readonly contains = (node: unknown): boolean =>
    node === this || this.children.some((child) => child.contains(node));
  readonly querySelectorAll = () => this.children.filter((child) => child.isConnected && child !== menu);
}

let page: FakeDocument;
let buttons: FakeElement[];
let rows: FakeElement[];
let list: FakeElement;
let scope: EffectScope;
let end: FakeElement;
let menu: FakeElement;
const asElement = (element: FakeElement | undefined) => element as unknown as HTMLElement;
const asRef = (element: FakeElement) => shallowRef(asElement(element));
const items = ref(0);
const menuButton = shallowRef<FakeElement>();

/** Removes rows. If the focus is in one of them, it is lost. */
function remove(leaving: readonly FakeElement[]): void {
  for (const row of leaving) {
    row.isConnected = false;
    if (row.contains(page.activeElement)) page.activeElement = null;
  }
}

/** Removes these rows without an action of the reader. */
async function renderWithout(...leaving: FakeElement[]): Promise<void> {
  const stop = watch(items, () => remove(leaving), { flush: 'post' });
  items.value++;
  await nextTick();
  await nextTick();
  stop();
}

beforeEach(() => {
  vi.stubGlobal('Document', FakeDocument);
  page = new FakeDocument();
  buttons = [1, 2, 3].map(() => new FakeElement());
  rows = buttons.map((button) => new FakeElement(button));
  list = new FakeElement(...rows);
  end = new FakeElement();
  menu = new FakeElement();
  menuButton.value = undefined;
  scope = effectScope(true);
  scope.run(() =>
    useRowFocus(
      asRef(list),
      asRef(end),
      () => items.value,
      () => asElement(menuButton.value),
    ),
  );
});
afterEach(() => {
  scope.stop();
  vi.unstubAllGlobals();
});

it('should focus the next row if the focused row disappears', async () => {
  buttons[1]?.focus();
  await renderWithout(rows[0]!, rows[1]!);
  expect(page.activeElement).toBe(rows[2]);
  await renderWithout(rows[2]!);
  expect(page.activeElement).toBe(end);
});

it('should focus the next row if the focused row moves to the top as a new row', async () => {
  buttons[1]?.focus();
  scope.run(() => watch(items, () => list.children.unshift(new FakeElement()), { flush: 'post' }));
  await renderWithout(rows[1]!);
  expect(page.activeElement).toBe(rows[2]);
});

it('should focus the next row if the row with the open menu disappears', async () => {
  list.children.push(menu);
  menu.focus();
  menuButton.value = buttons[0];
  await renderWithout(rows[0]!);
  expect(page.activeElement).toBe(rows[1]);
});

it('should leave the focus alone if the focused row stays or the focus is outside the list', async () => {
  buttons[1]?.focus();
  await renderWithout(rows[0]!);
  expect(page.activeElement).toBe(buttons[1]);
  page.activeElement = end;
  await renderWithout(rows[1]!);
  expect(page.activeElement).toBe(end);
});

it('should focus the scroll container if the list disappears with all rows', async () => {
  rows[0]?.focus();
  scope.stop();
  remove(rows);
  await nextTick();
  await nextTick();
  expect(page.activeElement).toBe(end);
});
