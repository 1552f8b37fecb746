import type { Pair, Stack } from '@tocsin/tools';

interface Metadata {
  actorRuntime?: { activeActors?: { type: string; count?: number }[] };
}

/** Returns the types of the actors that are active on an instance. */
export async function hostedTypes(pair: Pair): Promise<string[]> {
  const response = await fetch(`${pair.daprUrl}/v1.0/metadata`, { headers: pair.daprHeaders });
  const metadata = (await response.json()) as Metadata;
  const active = metadata.actorRuntime?.activeActors ?? [];
  return active.filter(({ count = 0 }) => count > 0).map(({ type }) => type);
}

/** Finds the instance that hosts the partition of a stack's only feed, and the other instances. */
export async function findHost(stack: Stack): Promise<{ host: Pair; others: Pair[] }> {
  for (const host of stack.bffs) {
    if ((await hostedTypes(host)).length > 0)
      return { host, others: stack.bffs.filter((pair) => pair !== host) };
  }
  throw new Error('no instance hosts a partition');
}
