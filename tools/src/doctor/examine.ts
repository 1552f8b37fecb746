import { APP_IDS } from '@tocsin/contracts';
import { checkApplication } from './applications.ts';
import { checkCanary } from './canary.ts';
import { checkClocks } from './clock-skew.ts';
import type { Finding } from './finding.ts';
import { checkRedis, closeRedis, openRedis } from './redis.ts';
import { checkSidecars } from './sidecars.ts';
import { bffName, type Target } from './target.ts';

/** All checks; none keeps another from being made. */
export async function examine(target: Target): Promise<Finding[]> {
  const redis = await openRedis(target);
  try {
    const [producer, bffs, sidecars, store] = await Promise.all([
      checkApplication(APP_IDS.producer, target.producer),
      Promise.all(target.bffs.map((url, index) => checkApplication(bffName(index), url))),
      checkSidecars(target),
      checkRedis(target, redis),
    ]);
    const canary = await checkCanary(target, redis);
    const clocks = [store, producer, ...bffs].flatMap(({ clock }) => (clock ? [clock] : []));
    return [
      ...[producer, ...bffs].flatMap(({ findings }) => findings),
      ...sidecars,
      ...store.findings,
      checkClocks(clocks),
      ...canary,
    ];
  } finally {
    closeRedis(redis);
  }
}
