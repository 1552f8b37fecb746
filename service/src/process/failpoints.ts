import { readFileSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** Production builds replace this constant with false. */
declare const TOCSIN_FAILPOINTS: boolean;

/** False in production bundles, which omit all code that depends on it. */
export const HAS_FAILPOINTS: boolean = typeof TOCSIN_FAILPOINTS === 'undefined' || TOCSIN_FAILPOINTS;

/** The failpoint setting for an application's schema. Omitted from production bundles. */
export const failpointSettings = (
  HAS_FAILPOINTS
    ? { FAILPOINTS: z.string().optional().describe('For tests only: where to kill or delay this process') }
    : {}
) as { FAILPOINTS: z.ZodOptional<z.ZodString> };

const POINT = /^([a-z-]+)=(kill|stop|fail|pause:\d{1,6})(?:@(\d{1,6}))?$/;
const FILE = 'file:';

/** Called at a named step. Resolves immediately unless a failpoint is set there. */
export type Reach<Step extends string> = (step: Step) => Promise<void>;

interface Failpoint {
  step: string;
  action: string;
  at: number | undefined;
}

/**
 * For tests only: at the steps in `spec`, kills (SIGKILL) or stops (SIGSTOP) the process, throws an error, or pauses.
 * For example, `committed=kill@3,popped=pause:500` kills at the third commit and pauses half a second at every pop.
 * With `file:<path>`, rereads the spec from that file at each step, so that a test can change it while processes run.
 * The first process to reach a failpoint claims the file by renaming it to `<path>.<process id>`. Without a spec, every
 * step passes.
 * @throws Error if the spec is invalid
 */
export function createFailpoints<Step extends string>(spec: string | undefined): Reach<Step> {
  if (!HAS_FAILPOINTS || !spec) return () => Promise.resolve();
  const file = spec.startsWith(FILE) ? spec.slice(FILE.length) : undefined;
  const fixed = file === undefined ? parse(spec) : [];
  const reached = new Map<string, number>();
  return async (step) => {
    const count = (reached.get(step) ?? 0) + 1;
    reached.set(step, count);
    const points = (file === undefined ? fixed : pointsInFile(file)).filter(
      (point) => point.step === step && (point.at === undefined || point.at === count),
    );
    if (file !== undefined && points.length > 0 && !claim(file)) return;
    for (const point of points) await act(point);
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
          `FAILPOINTS: cannot read "${text}"; write <step>=kill, =stop, =fail or =pause:<ms>, optionally with @<occurrence>`,
        );
      }
      return { step, action, at: at === undefined ? undefined : Number(at) };
    });

const pointsInFile = (file: string): Failpoint[] => parse(ifPresent(() => readFileSync(file, 'utf8')) ?? '');

const claim = (file: string): boolean =>
  ifPresent(() => {
    renameSync(file, `${file}.${process.pid}`);
    return true;
  }) ?? false;

/**
 * Returns the result of `useFile`, or `undefined` if the file does not exist, for example because another process
 * claimed it.
 */
function ifPresent<T>(useFile: () => T): T | undefined {
  try {
    return useFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function act({ step, action }: Failpoint): Promise<void> {
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  else if (action === 'fail') throw new Error(`failpoint ${step}`);
  else await delay(Number(action.slice('pause:'.length)));
}
