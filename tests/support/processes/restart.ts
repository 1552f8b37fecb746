import type { Stack } from '@tocsin/tools';

/** Kills and restarts all bffs of a stack, with or without failpoints. Resolves when all of them are ready. */
export async function restartBffs(stack: Stack, env: Record<string, string> = {}): Promise<void> {
  for (const { app } of stack.bffs) {
    await app.kill();
    await app.start({ env });
  }
  await Promise.all(stack.bffs.map((pair) => pair.ready(60_000)));
}
