import { launchBrowser } from '@tocsin/tools';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeBff } from '../fakes/fake-bff.ts';
import { checkLooks } from '../support/axe.ts';
import { holdToasts, open, type OpenOptions, type OpenPage } from '../support/browser.ts';
import { builtPage } from '../support/built-page.ts';

export interface StateContext extends OpenPage {
  bff: FakeBff;
}

/** A page state, and how to reach it. */
export interface State {
  options?: OpenOptions;
  prepare?: (bff: FakeBff) => void;
  reach: (context: StateContext) => Promise<unknown>;
}

/** Brings a new page into a state, passes it to `look` once it's idle, and cleans up. */
export async function withState(
  browser: Browser,
  dist: string,
  state: State,
  options: OpenOptions,
  look: (context: StateContext) => Promise<void>,
): Promise<void> {
  const bff = new FakeBff(dist);
  state.prepare?.(bff);
  await bff.start();
  const opened = await open(browser, bff, { ...state.options, ...options });
  try {
    await state.reach({ ...opened, bff });
    await holdToasts(opened.page);
    await opened.page.waitForTimeout(400);
    await look({ ...opened, bff });
  } finally {
    await opened.context.close();
    await bff.stop();
  }
}

/**
 * Provides a browser and the built page for the calling file's tests. Returns a function that brings a page into a
 * state, and passes it to a callback.
 */
export function useStates() {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launchBrowser(), builtPage()]);
  });
  afterAll(async () => {
    await browser.close();
  });
  return (state: State, options: OpenOptions, look: (context: StateContext) => Promise<void>) =>
    withState(browser, dist, state, options, look);
}

/** Time for axe to check 500 rows in each width and theme on a busy machine. */
const TIMEOUT_MS = 360_000;

/** Checks each state in every width and theme, and takes screenshots. */
export function checkStates(states: Record<string, State>): void {
  const reach = useStates();
  it.each(Object.entries(states))(
    'the page should be accessible in the state: %s',
    (name, state) =>
      reach(state, {}, async ({ page, faults }) => {
        await checkLooks(page, name);
        expect(faults).toEqual([]);
      }),
    TIMEOUT_MS,
  );
}
