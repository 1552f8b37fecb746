import { findCommand } from '../../process/run.ts';
import { canUseApt, installWithApt } from '../apt.ts';
import type { Say } from '../say.ts';

export interface Prometheus {
  prometheus: string;
  promtool: string;
}

/** Finds Prometheus, or installs it with apt if possible. Otherwise, resolves with `undefined`. */
export async function ensurePrometheus(say: Say): Promise<Prometheus | undefined> {
  const find = () => {
    const [prometheus, promtool] = [findCommand(['prometheus']), findCommand(['promtool'])];
    return prometheus && promtool ? { prometheus, promtool } : undefined;
  };
  if (!find() && canUseApt())
    await installWithApt('prometheus', 'tests use it to check metrics, rules and the dashboard', say);
  return find();
}
