import { checkApplication } from './applications.ts';
import { checkCanary } from './canary.ts';
import { checkClocks } from './clock-skew.ts';
import type { Finding } from './finding.ts';
import { checkRedis, closeRedis, openRedis } from './redis.ts';
import { checkSidecars } from './sidecars.ts';
import type { Target } from './target.ts';

/** All checks; none keeps another from being made. */
export async function examine(target: Target): Promise<Finding[]> {
  const redis = await openRedis(target);
  try {
    const [applications, sidecars, store] = await Promise.all([
      Promise.all([...target.producers, ...target.bffs].map(checkApplication)),
      checkSidecars(target),
      checkRedis(target, redis),
    ]);
    const canary = await checkCanary(target, redis);
    const clocks = [store, ...applications].flatMap(({ clock }) => (clock ? [clock] : []));
    return [
      ...applications.flatMap(({ findings }) => findings),
      ...sidecars,
      ...store.findings,
      checkClocks(clocks),
      ...canary,
    ];
  } finally {
    closeRedis(redis);
  }
}
