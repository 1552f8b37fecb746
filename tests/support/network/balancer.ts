import { answersOk, type Pair } from '@tocsin/tools';
import { startProxy, type Proxy } from './proxy.ts';

/** Interval (ms) between readiness checks. Like in a real load balancer, the known state can be slightly outdated. */
const PROBE_MS = 200;

/** Starts a round-robin load balancer. Each connection goes to the next ready instance. */
export async function startBalancer(pairs: readonly Pair[]): Promise<Proxy> {
  const ready = new Set(pairs);
  const probe = async (pair: Pair) => {
    if (await answersOk(`${pair.url}/readyz`)) ready.add(pair);
    else ready.delete(pair);
  };
  const timer = setInterval(() => void Promise.all(pairs.map(probe)), PROBE_MS);
  let turn = 0;
  const proxy = await startProxy(() => [...ready][turn++ % ready.size]?.url);
  return {
    ...proxy,
    async close() {
      clearInterval(timer);
      await proxy.close();
    },
  };
}
