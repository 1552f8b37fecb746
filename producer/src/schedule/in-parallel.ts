/** Runs `work` for all items, `count` at a time. Once all have settled, rejects with the first failure, if any. */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
