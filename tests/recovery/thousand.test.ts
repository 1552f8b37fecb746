import { measureRecovery } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * The target: connecting and recovering take at most this many times as long as connecting alone. The test allows twice
 * as much for slow machines.
 */
const MAX_RATIO = 1.5;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
});

it('should recover 1,000 clients from memory, all at once, in little more time than connecting takes', async () => {
  const { plain, recovering, ratio, stateReads } = await measureRecovery(stack, { rounds: 3 });
  console.log(
    `1,000 clients: connect ${Math.round(plain)} ms, connect and recover 100 each ${Math.round(recovering)} ms, ratio ${ratio.toFixed(2)}; state reads ${stateReads.join(', ')}`,
  );
  // One read each for the head, the segments and the anonymous read state. Regular comparisons also read the head, so
  // slow machines need a few more. Reads must not grow with the client count.
  for (const reads of stateReads) {
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(10);
  }
  expect(ratio).toBeLessThanOrEqual(2 * MAX_RATIO);
});
