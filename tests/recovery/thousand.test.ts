import { measureRecovery } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * Target for the time to connect and recover, relative to the time to just connect. The test doubles it for slow
 * machines.
 */
const MAX_RATIO = 1.5;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
});

it('should recover 1,000 clients simultaneously from memory in little more time than connecting takes', async () => {
  const { plain, recovering, ratio, stateReads } = await measureRecovery(stack, { rounds: 3 });
  console.log(
    `1,000 clients: connect ${Math.round(plain)} ms, connect and recover 100 each ${Math.round(recovering)} ms, ratio ${ratio.toFixed(2)}; state reads ${stateReads.join(', ')}`,
  );
  // The head, the segments and the anonymous read state are each read once. The instances also compare their views
  // with the head regularly, so slow machines need a few more reads. The number of reads must not grow with the client
  // count.
  for (const reads of stateReads) {
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(10);
  }
  expect(ratio).toBeLessThanOrEqual(2 * MAX_RATIO);
});
