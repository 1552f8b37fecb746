interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** A module and all its static imports, direct and indirect. */
function reachable(from: string, graph: Graph): ReadonlySet<string> {
  const seen = new Set<string>([from]);
  for (const id of seen) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) seen.add(next);
  return seen;
}

/**
 * Bundles the modules that `entry` needs at startup into one file. This compresses better than one file for each set of
 * modules that lazily loaded parts share. Leaves out modules that match `late`: only lazily loaded parts use them,
 * although the entry imports them through an index.
 */
export function firstView(entry: string, late: RegExp) {
  let first: ReadonlySet<string> | undefined;
  return {
    name: (id: string, graph: Graph): string | null =>
      (first ??= reachable(entry, graph)).has(id) && !late.test(id) && id !== entry ? 'first' : null,
  };
}
