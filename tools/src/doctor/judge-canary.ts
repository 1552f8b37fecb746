import { fault, ok, type Finding } from './finding.ts';

/** How one canary came to each bff. */
export interface Flight {
  /** `ms` after the producer's 202; `undefined` if it never came. */
  arrivals: { name: string; ms: number | undefined }[];
  /** Whether the broadcast stream contains it; `undefined` if that could not be read. */
  broadcast: boolean | undefined;
}

/** Later arrivals were not pushed: the instance found them by comparing itself with the store. */
const SOON_MS = 1_000;

const SETTINGS =
  'Look at BROADCASTER (redis on each of several instances), REDIS_HOST and REDIS_PASSWORD of that bff: all have to share one Redis; its log says what the broadcaster lost. Then start it again.';

/** One finding for each bff; an instance that was late once but on time afterwards is fine. */
export function judge(flights: readonly Flight[]): Finding[] {
  const last = flights.at(-1);
  if (!last) return [];
  const inTime = last.arrivals.filter(isSoon);
  if (inTime.length === 0 && last.arrivals.length > 0 && last.broadcast !== true) {
    return last.arrivals.map(({ name, ms }) =>
      fault(
        `canary at ${name}`,
        `accepted by the producer, but ${cameHow(ms)}; it came to no bff in time`,
        'No instance took it: mend the sidecars, components and placement above; `npm run dead-letters` shows what was set aside.',
      ),
    );
  }
  // It was pushed without a broadcast: its host reaches only itself.
  const host = last.broadcast === false && inTime.length < last.arrivals.length ? inTime : [];
  return last.arrivals.map((arrival) => {
    const check = `canary at ${arrival.name}`;
    if (host.includes(arrival)) {
      return fault(
        check,
        'it has shown the canary, but broadcast it to nobody else: publications of the feeds that it hosts come late to the others',
        SETTINGS,
      );
    }
    if (isSoon(arrival)) return ok(check, `came after ${Math.round(arrival.ms ?? 0)} ms`);
    if (host.length > 0)
      return ok(check, `${cameHow(arrival.ms)}, since it was not broadcast (see the other)`);
    return fault(check, `${cameHow(arrival.ms)}: broadcasts do not reach it`, SETTINGS);
  });
}

/** Whether it was pushed. */
export const isSoon = ({ ms }: Flight['arrivals'][number]): boolean => ms !== undefined && ms <= SOON_MS;

const cameHow = (ms: number | undefined): string =>
  ms === undefined ? 'it did not come' : `it came only after ${(ms / 1000).toFixed(1)} s`;
