import { join } from 'node:path';
import { expect, it } from 'vitest';
import { artifacts, overflow } from '../support/axe.ts';
import { live } from '../support/browser.ts';
import { burst, day, draft } from './day.ts';
import { useStates, type State } from './in-state.ts';
import { TOAST_STATES } from './toast-states.ts';

const reach = useStates();
const list: State = {
  prepare: (bff) => bff.publish([...burst(50).map((order) => draft(2900, order)), ...day()]),
  reach: ({ page }) => live(page),
};

it.each([
  ['at 200% zoom', 720, 450],
  ['at 400% zoom', 320, 256],
])('should reflow %s', async (_name, width, height) => {
  await reach(TOAST_STATES.toasts, { width, height }, async ({ page }) => {
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const box = await page.getByTestId('toasts').boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(artifacts, `zoom-${width}.png`) });
  });
});

it('should shift only the list, the tab counts and the toasts when notifications arrive', async () => {
  await reach(list, {}, async ({ page, bff }) => {
    await page.evaluate(() => {
      const shifted: string[] = [];
      Object.assign(window, { shifted });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          sources: { node: Node | null }[];
        })[]) {
          for (const { node } of entry.sources) {
            const element = node instanceof Element ? node : node?.parentElement;
            if (!element?.closest('.tocsin-day, .tocsin-toasts, [role="tablist"]'))
              shifted.push(element?.outerHTML.slice(0, 120) ?? 'removed');
          }
        }
      }).observe({ type: 'layout-shift', buffered: false });
    });
    for (let n = 0; n < 5; n++) bff.publish([{ title: `Arriving ${n}`, severity: 'error' }]);
    await page.getByTestId('unread').waitFor();
    await bff.stop();
    await page.locator('[data-state="reconnecting"]').waitFor();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as unknown as { shifted: string[] }).shifted)).toEqual([]);
  });
});
