/** Number of schedules to read per call. */
const SCHEDULES_PER_READ = 100;
/** Maximum size of a part in bytes of JSON. Only a part with a single, larger schedule exceeds it. */
const MAX_PART_BYTES = 1024 * 1024;

/** Schedules that are delivered and removed together. */
export interface DuePart {
  names: Set<string>;
  contents: unknown[];
}

/** Reads schedules and yields them in parts, so that they don't overload the sidecar or the producer's queue. */
export async function* readInParts(
  names: readonly string[],
  read: (names: readonly string[]) => Promise<unknown[]>,
): AsyncGenerator<DuePart> {
  let part: DuePart = { names: new Set(), contents: [] };
  let bytes = 0;
  for (let start = 0; start < names.length; start += SCHEDULES_PER_READ) {
    const batch = names.slice(start, start + SCHEDULES_PER_READ);
    const contents = await read(batch);
    for (const [i, name] of batch.entries()) {
      const size = Buffer.byteLength(JSON.stringify(contents[i]) ?? '');
      if (part.names.size > 0 && bytes + size > MAX_PART_BYTES) {
        yield part;
        part = { names: new Set(), contents: [] };
        bytes = 0;
      }
      part.names.add(name);
      part.contents.push(contents[i]);
      bytes += size;
    }
  }
  if (part.names.size > 0) yield part;
}
