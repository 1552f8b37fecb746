import { checkApplication } from './checks/applications.ts';
import { checkCanary } from './canary/canary.ts';
import { checkClocks } from './checks/clock-skew.ts';
import type { Finding } from './finding.ts';
import { checkOtherRedis, checkRedis, closeRedis, openRedis } from './checks/redis.ts';
import { checkSidecars } from './checks/sidecars.ts';
import type { Target } from './target.ts';

/** Runs all checks and doesn't stop after a failed check. */
export async function examine(target: Target): Promise<Finding[]> {
  const redis = await openRedis(target);
  try {
    const [applications, sidecars, store, others] = await Promise.all([
      Promise.all([...target.producers, ...target.bffs].map(checkApplication)),
      checkSidecars(target),
      checkRedis(target, redis),
      checkOtherRedis(target),
    ]);
    const canary = await checkCanary(target, redis);
    const clocks = [store, ...applications].flatMap(({ clock }) => (clock ? [clock] : []));
    return [
      ...applications.flatMap(({ findings }) => findings),
      ...sidecars,
      ...store.findings,
      ...others,
      checkClocks(clocks),
      ...canary,
    ];
  } finally {
    closeRedis(redis);
  }
}
