import { setTimeout as delay } from 'node:timers/promises';

const SPEC = /^([a-z-]+)=(kill|fail|pause:\d{1,6})(?:@(\d{1,6}))?$/;

/** Reaches a named step; resolves at once unless a failpoint is set there. */
export type Reach<Step extends string> = (step: Step) => Promise<void>;

/**
 * For tests only: kills the process (SIGKILL), fails or pauses at steps named by `spec`, as in
 * `committed=kill@3,popped=pause:500`: at the third commit kill, half a second at every pop. Without a spec every
 * step passes.
 * @throws Error when the spec cannot be read
 */
export function createFailpoints<Step extends string>(spec: string | undefined): Reach<Step> {
  if (!spec) return () => Promise.resolve();
  const points = spec.split(',').map((text) => {
    const [, step, action, at] = SPEC.exec(text) ?? [];
    if (!step || !action)
      throw new Error(`FAILPOINTS: cannot read "${text}"; write step=kill, =fail or =pause:ms, @n`);
    return { step, action, at: at === undefined ? undefined : Number(at), count: 0 };
  });
  return async (step) => {
    for (const point of points) {
      if (point.step !== step || (point.at !== undefined && ++point.count !== point.at)) continue;
      if (point.action === 'kill') process.kill(process.pid, 'SIGKILL');
      if (point.action === 'fail') throw new Error(`failpoint ${step}`);
      if (point.action.startsWith('pause:')) await delay(Number(point.action.slice('pause:'.length)));
    }
  };
}
