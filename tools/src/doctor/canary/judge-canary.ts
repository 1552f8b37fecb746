import { fault, ok, type Finding } from '../finding.ts';

/** When a canary arrived at each bff. */
export interface CanaryRun {
  /** `ms` is the time since the producer's 202, or `undefined` if the canary never arrived. */
  arrivals: { name: string; ms: number | undefined }[];
  /** Whether the broadcast stream contains the canary, or `undefined` if the stream is unreadable. */
  broadcast: boolean | undefined;
}

/**
 * Time limit for a pushed canary in ms. If it arrives later, the instance found it by comparing the feed with the
 * store.
 */
const PUSHED_WITHIN_MS = 1_000;

const BROADCASTER_REMEDY =
  'Check BROADCASTER (it must be redis if there is more than one instance), REDIS_HOST and REDIS_PASSWORD of that bff: all bffs must share one Redis. The log of that bff reports when the broadcaster loses its connection. Then restart that bff.';

/** Returns one finding per bff. An instance that was late once but then on time is fine. */
export function judgeCanary(runs: readonly CanaryRun[]): Finding[] {
  const last = runs.at(-1);
  if (!last) return [];
  const onTime = last.arrivals.filter(isPushed);
  if (onTime.length === 0 && last.arrivals.length > 0 && last.broadcast !== true) {
    return last.arrivals.map(({ name, ms }) =>
      fault(
        `canary at ${name}`,
        `accepted by the producer, but ${arrivalOf(ms)}; no bff received it on time`,
        'Fix the sidecars, components and placement above; `npm run dead-letters` lists set-aside records.',
      ),
    );
  }
  // If the canary was pushed but not broadcast, it reached only the host's own clients.
  const host = last.broadcast === false && onTime.length < last.arrivals.length ? onTime : [];
  return last.arrivals.map((arrival) => {
    const check = `canary at ${arrival.name}`;
    if (host.includes(arrival)) {
      return fault(
        check,
        'it delivered the canary but did not broadcast it, so readers on other instances get notifications late if this instance hosts their feed',
        BROADCASTER_REMEDY,
      );
    }
    if (isPushed(arrival)) return ok(check, `arrived after ${Math.round(arrival.ms ?? 0)} ms`);
    if (host.length > 0)
      return ok(check, `${arrivalOf(arrival.ms)} because it was not broadcast (see the other bff)`);
    return fault(check, `${arrivalOf(arrival.ms)}: broadcasts do not reach it`, BROADCASTER_REMEDY);
  });
}

/** True if the canary was fast enough to have been pushed. */
export const isPushed = ({ ms }: CanaryRun['arrivals'][number]): boolean =>
  ms !== undefined && ms <= PUSHED_WITHIN_MS;

const arrivalOf = (ms: number | undefined): string =>
  ms === undefined ? 'it did not arrive' : `it arrived only after ${(ms / 1000).toFixed(1)} s`;
