import { COMPONENTS } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';

/** A key that never exists: reading it shows that the store behind the binding answers. */
const ABSENT_KEY = 'ready';

/** Resolves when the sidecar, the components and the store behind them answer; rejects with what does not. */
export async function checkReadiness(sidecar: Sidecar): Promise<void> {
  const loaded = await sidecar.components();
  const missing = Object.values(COMPONENTS).filter((name) => !loaded.includes(name));
  if (missing.length > 0) throw new Error(`The sidecar has not loaded ${missing.join(', ')}.`);
  await sidecar.invokeBinding(COMPONENTS.entries, { operation: 'get', metadata: { key: ABSENT_KEY } });
}
