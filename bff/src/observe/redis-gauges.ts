import { Gauge, type Registry } from '@tocsin/service';

/**
 * Adds gauges for the used memory and memory limit of the broadcaster's Redis server. Each scrape reads them from
 * Redis. If Redis doesn't reply, they have no values.
 */
export function addRedisGauges(
  registry: Registry,
  memory: () => Promise<{ used: number; limit: number }>,
): void {
  const registers = [registry];
  // Both gauges are collected together and share a call to Redis.
  let pendingCall: Promise<{ used: number; limit: number } | undefined> | undefined;
  const readMemory = () =>
    (pendingCall ??= memory()
      .then(
        (reply) => reply,
        () => undefined,
      )
      .finally(() => (pendingCall = undefined)));
  const gauge = (name: string, help: string, valueOf: (reply: { used: number; limit: number }) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const reply = await readMemory();
        if (reply) this.set(valueOf(reply));
        else this.remove();
      },
    });
  gauge('tocsin_bff_redis_memory_used_bytes', 'Memory that Redis uses.', ({ used }) => used);
  gauge(
    'tocsin_bff_redis_memory_limit_bytes',
    "Memory that Redis can use: maxmemory or, if not set, its machine's memory.",
    ({ limit }) => limit,
  );
}
