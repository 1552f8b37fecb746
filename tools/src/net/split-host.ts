import { Failure } from '../failure.ts';

/** Splits `host`, `host:port` and `[v6]:port`; the default port is 6379. Errors mention `setting` as the source. */
export function splitHost(address: string, setting = 'REDIS_HOST'): { host: string; port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  if (!parts) throw new Failure(`Invalid ${setting} ${address}. Use host:port, then try again.`);
  return { host: parts[1] ?? parts[2] ?? '', port: Number(parts[3] ?? 6379) };
}
