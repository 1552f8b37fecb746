import type { Logger } from '../observe/log.ts';

const EVERY_MS = 60_000;

/** Reasons for rejecting a call to the internal port. */
export const REFUSALS = [
  'unsigned',
  'forged',
  'late',
  'replayed',
  'invocation',
  'unknown_subscription',
  'unknown_job',
  'unproven_position',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type OnRefused = (reason: Refusal) => void;

/** Counts rejected calls. Logs the first call for each reason, and after that at most one per minute. */
export function createRefusals(log: Logger, count: (reason: Refusal) => void): OnRefused {
  const silenced = new Map<Refusal, { until: number; times: number }>();
  return (reason) => {
    count(reason);
    const time = performance.now();
    const last = silenced.get(reason);
    if (last && last.until > time) {
      last.times++;
      return;
    }
    silenced.set(reason, { until: time + EVERY_MS, times: 0 });
    log.warn(
      { reason, since: last?.times ?? 0 },
      'refused a call to the internal port; docs/operations.md explains the reasons under "Metrics and traces"',
    );
  };
}
