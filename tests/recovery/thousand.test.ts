import { measureRecovery } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * Target for the time to connect and recover, relative to the time to just connect. The test doubles it for slow
 * machines.
 */
const MAX_RATIO = 1.5;
/**
 * Maximum state store reads per instance while its 500 clients recover. The head, a segment and the anonymous read state
 * are each read once. The rest are the readiness checks and the instance's status for the ops page: a few reads per
 * second, and recovering takes a slow machine several seconds.
 */
const MAX_STATE_READS = 50;

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
  for (const reads of stateReads) {
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(MAX_STATE_READS);
  }
  expect(ratio).toBeLessThanOrEqual(2 * MAX_RATIO);
});
