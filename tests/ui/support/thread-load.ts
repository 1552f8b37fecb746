import type { Page } from 'playwright-core';

export interface ThreadLoad {
  /** Time in JavaScript and garbage collection, from the profiler. (Chromium's ScriptDuration excludes promises.) */
  scriptMs: number;
  scriptDurationMs: number;
  /** All main-thread work, including layout, style and painting. */
  taskMs: number;
  spanMs: number;
}

const NOT_SCRIPT = new Set(['(idle)', '(program)', '(root)']);

/** Starts measuring how busy a page's main thread is. Resolves with a function that stops measuring. */
export async function measureThreadLoad(page: Page): Promise<() => Promise<ThreadLoad>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 500 });
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const msOf = (name: string) => {
      const entry = metrics.find((metric) => metric.name === name);
      if (!entry) throw new Error(`Chromium does not measure ${name}`);
      return entry.value * 1_000;
    };
    return { script: msOf('ScriptDuration'), task: msOf('TaskDuration'), at: performance.now() };
  };
  await session.send('Profiler.start');
  const before = await read();
  return async () => {
    const after = await read();
    const { profile } = await session.send('Profiler.stop');
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
    const scriptUs = (profile.timeDeltas ?? [])
      .filter((_, index) => !NOT_SCRIPT.has(names.get(profile.samples?.[index] ?? 0) ?? '(root)'))
      .reduce((total, delta) => total + delta, 0);
    return {
      scriptMs: scriptUs / 1_000,
      scriptDurationMs: after.script - before.script,
      taskMs: after.task - before.task,
      spanMs: after.at - before.at,
    };
  };
}

export const describeThreadLoad = ({ scriptMs, scriptDurationMs, taskMs, spanMs }: ThreadLoad): string =>
  `${scriptMs.toFixed(0)} ms of scripts (ScriptDuration ${scriptDurationMs.toFixed(0)} ms), ${taskMs.toFixed(0)} ms of ` +
  `tasks in ${spanMs.toFixed(0)} ms`;
