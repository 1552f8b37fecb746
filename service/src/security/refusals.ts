import type { Logger } from '../observe/log.ts';

const EVERY_MS = 60_000;

/** Why a call on the internal port was refused. */
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

/** Told of each refused call. */
export type OnRefused = (reason: Refusal) => void;

/** Counts each refused call, and writes of each reason the first one and then one a minute to the log. */
export function createRefusals(
  log: Logger,
  count: (reason: Refusal) => void,
  now: () => number = Date.now,
): OnRefused {
  const silent = new Map<Refusal, { until: number; times: number }>();
  return (reason) => {
    count(reason);
    const time = now();
    const last = silent.get(reason);
    if (last && last.until > time) {
      last.times++;
      return;
    }
    silent.set(reason, { until: time + EVERY_MS, times: 0 });
    log.warn(
      { reason, since: last?.times ?? 0 },
      'a call that is not from our own was refused; the page security says what the reasons mean',
    );
  };
}
