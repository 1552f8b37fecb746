import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POINT = /^([a-z-]+)=(kill|fail|pause:\d{1,6})(?:@(\d{1,6}))?$/;
const FILE = 'file:';

/** Reaches a named step; resolves at once unless a failpoint is set there. */
export type Reach<Step extends string> = (step: Step) => Promise<void>;

interface Failpoint {
  step: string;
  action: string;
  at: number | undefined;
}

/**
 * For tests only: kills the process (SIGKILL), fails or pauses at steps named by `spec`, as in
 * `committed=kill@3,popped=pause:500`: at the third commit kill, half a second at every pop. `file:<path>` reads the
 * failpoints from a file, at each step anew, so that a test can set them while the process runs. Without a spec every
 * step passes.
 * @throws Error when the spec cannot be read
 */
export function createFailpoints<Step extends string>(spec: string | undefined): Reach<Step> {
  if (!spec) return () => Promise.resolve();
  const file = spec.startsWith(FILE) ? spec.slice(FILE.length) : undefined;
  const fixed = file === undefined ? parse(spec) : [];
  const reached = new Map<string, number>();
  return async (step) => {
    const count = (reached.get(step) ?? 0) + 1;
    reached.set(step, count);
    const points = file === undefined ? fixed : existsSync(file) ? parse(readFileSync(file, 'utf8')) : [];
    for (const point of points) {
      if (point.step === step && (point.at === undefined || point.at === count)) await act(point);
    }
  };
}

const parse = (spec: string): Failpoint[] =>
  spec
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text) => {
      const [, step, action, at] = POINT.exec(text) ?? [];
      if (!step || !action) {
        throw new Error(
          `FAILPOINTS: cannot read "${text}"; write step=kill, step=fail or step=pause:<ms>, and @n`,
        );
      }
      return { step, action, at: at === undefined ? undefined : Number(at) };
    });

async function act({ step, action }: Failpoint): Promise<void> {
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'fail') throw new Error(`failpoint ${step}`);
  else await delay(Number(action.slice('pause:'.length)));
}
