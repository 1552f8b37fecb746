/** Removes the oldest entry if there are more than `limit`. */
export function dropOldest(entries: Map<string, unknown> | Set<string>, limit: number): void {
  const [oldest] = entries.keys();
  if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
}
