import type { Pair, Stack } from '@tocsin/tools';

/** Kills applications without warning, and restarts them with `env`. Resolves when all of them are ready. */
export async function restart(pairs: readonly Pair[], env: Record<string, string> = {}): Promise<void> {
  for (const { app } of pairs) {
    await app.kill();
    await app.start({ env });
  }
  await Promise.all(pairs.map((pair) => pair.ready(60_000)));
}

/** Kills and restarts all bffs of a stack, with or without failpoints. Resolves when all of them are ready. */
export const restartBffs = (stack: Stack, env?: Record<string, string>): Promise<void> =>
  restart(stack.bffs, env);
