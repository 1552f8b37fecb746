import { respondsOk, type Pair } from '@tocsin/tools';
import { startProxy, type Proxy } from './proxy.ts';

/** Interval (ms) between readiness checks. As in a real load balancer, the last result can be slightly outdated. */
const PROBE_MS = 200;

/** Starts a round-robin load balancer. Each connection goes to the next ready instance. */
export async function startBalancer(pairs: readonly Pair[]): Promise<Proxy> {
  const ready = new Set(pairs);
  const probe = async (pair: Pair) => {
    if (await respondsOk(`${pair.url}/readyz`)) ready.add(pair);
    else ready.delete(pair);
  };
  const timer = setInterval(() => void Promise.all(pairs.map(probe)), PROBE_MS);
  let next = 0;
  const proxy = await startProxy(() => [...ready][next++ % ready.size]?.url);
  return {
    ...proxy,
    async close() {
      clearInterval(timer);
      await proxy.close();
    },
  };
}
