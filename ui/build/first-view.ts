/** The part of the bundler's module graph that `firstView` reads. */
interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** A module and those that it imports statically, directly or through others. */
function reachable(from: string, graph: Graph): ReadonlySet<string> {
  const seen = new Set<string>([from]);
  for (const id of seen) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) seen.add(next);
  return seen;
}

/**
 * Groups the modules that `entry` needs before it works into one file. That compresses better than a file for each set of
 * modules that some late parts share. Modules that match `late` are left out: the entry reaches them only through an
 * index, and late parts use them.
 */
export function firstView(entry: string, late: RegExp) {
  let first: ReadonlySet<string> | undefined;
  return {
    name: (id: string, graph: Graph): string | null =>
      (first ??= reachable(entry, graph)).has(id) && !late.test(id) && id !== entry ? 'first' : null,
  };
}
