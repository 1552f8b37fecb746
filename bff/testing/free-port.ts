import { freePorts } from '../../tools/src/net/ports.ts';

/** Returns a free port that no other test gets until this process ends. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
