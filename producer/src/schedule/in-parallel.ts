/**
 * Runs `work` for all items, `count` at a time. If a call fails, some of the remaining items may be skipped. Rejects
 * with that error after all calls that were started have settled.
 */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, worker));
  for (const result of workers) if (result.status === 'rejected') throw result.reason;
}
