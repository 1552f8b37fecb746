import type { Pair, Stack } from '@tocsin/tools';

interface Metadata {
  actorRuntime?: { activeActors?: { type: string; count?: number }[] };
}

async function hostsActors(pair: Pair): Promise<boolean> {
  const response = await fetch(`${pair.daprUrl}/v1.0/metadata`, { headers: pair.daprHeaders });
  const metadata = (await response.json()) as Metadata;
  return (metadata.actorRuntime?.activeActors ?? []).some(({ count = 0 }) => count > 0);
}

/** The pair that hosts the one feed of a stack, and the others. */
export async function findHost(stack: Stack): Promise<{ host: Pair; others: Pair[] }> {
  for (const host of stack.bffs) {
    if (await hostsActors(host)) return { host, others: stack.bffs.filter((pair) => pair !== host) };
  }
  throw new Error('no instance hosts a feed');
}
