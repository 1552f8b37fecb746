/** What Redis holds, and what it may hold, in bytes. */
export interface RedisMemory {
  used: number;
  /** `maxmemory`, or without it the memory of its machine. */
  limit: number;
}

/** Reads the answer to `INFO memory`. */
export function readRedisMemory(info: string): RedisMemory {
  const valueOf = (name: string): number => {
    const value = new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1];
    if (value === undefined) throw new Error(`Redis does not tell its ${name}.`);
    return Number(value);
  };
  return { used: valueOf('used_memory'), limit: valueOf('maxmemory') || valueOf('total_system_memory') };
}
