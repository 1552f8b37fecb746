import { measureRecovery } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * The target: connecting and recovering take at most this many times as long as connecting alone. The test allows twice
 * as much, because machines differ.
 */
const MAX_RATIO = 1.5;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
});

it('should recover 1,000 clients at once from memory, in little more time than it takes them to connect', async () => {
  const { plain, recovering, ratio, stateReads } = await measureRecovery(stack, { rounds: 3 });
  console.log(
    `1,000 clients: connect ${Math.round(plain)} ms, connect and recover 100 each ${Math.round(recovering)} ms, ratio ${ratio.toFixed(2)}; state reads ${stateReads.join(', ')}`,
  );
  // One read each of the head, the segments and the anonymous read state. Regular comparisons also read the head, so
  // there are a few more reads on a slow machine. The number of reads must not grow with the number of clients.
  for (const reads of stateReads) {
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(10);
  }
  expect(ratio).toBeLessThanOrEqual(2 * MAX_RATIO);
});
