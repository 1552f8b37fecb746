interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** Returns a module and all its static imports, direct and transitive. */
function reachable(from: string, graph: Graph): ReadonlySet<string> {
  const seen = new Set<string>([from]);
  for (const id of seen) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) seen.add(next);
  return seen;
}

/**
 * Bundles the modules that `entry` needs at startup into a single file. Otherwise, the bundler would create many small
 * files, one for each set of lazily loaded parts that share modules with the entry. Small files compress worse.
 * Excludes modules that match `late`: the entry imports them through an index file, but only lazily loaded parts use
 * them.
 */
export function firstView(entry: string, late: RegExp) {
  let first: ReadonlySet<string> | undefined;
  return {
    name: (id: string, graph: Graph): string | null =>
      (first ??= reachable(entry, graph)).has(id) && !late.test(id) && id !== entry ? 'first' : null,
  };
}
