import type { Pair, Stack } from '@tocsin/tools';

/** Kills applications without warning, and restarts them with `env`. Resolves when they're all ready. */
export async function restart(pairs: readonly Pair[], env: Record<string, string> = {}): Promise<void> {
  for (const { app } of pairs) {
    await app.kill();
    await app.start({ env });
  }
  await Promise.all(pairs.map((pair) => pair.ready(60_000)));
}

/** Kills and restarts all bffs in a stack, optionally with failpoints. Resolves when they're all ready. */
export const restartBffs = (stack: Stack, env?: Record<string, string>): Promise<void> =>
  restart(stack.bffs, env);
