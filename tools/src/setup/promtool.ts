import { findCommand } from '../process/run.ts';
import { canUseApt, installWithApt } from './apt.ts';
import type { Say } from './say.ts';

/** The path of Prometheus's promtool, installed with apt when that is possible; `undefined` where there is none. */
export async function ensurePromtool(say: Say): Promise<string | undefined> {
  const find = () => findCommand(['promtool']);
  if (!find() && canUseApt())
    await installWithApt('prometheus', 'a test checks /metrics with its promtool', say);
  return find();
}
