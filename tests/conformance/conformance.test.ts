import { CASES, TOKENS, runCases, type Target } from '@tocsin/conformance';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, secretToken } from '../../bff/testing/forge.ts';
import { BffProcess } from '../support/processes/bff-process.ts';

const MIN_CASES = 60;
const PATIENCE_MS = 20_000;

async function outcomes(target: Omit<Target, 'patienceMs'>, cases = CASES) {
  const results = await runCases({
    target: { ...target, patienceMs: PATIENCE_MS },
    cases,
    concurrency: 12,
  });
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  return { failed, passed: results.filter(({ outcome }) => outcome === 'passed'), results };
}

describe('our own server', () => {
  let stack: Stack;
  let withTokens: BffProcess;
  beforeAll(async () => {
    [stack, withTokens] = await Promise.all([
      startStack({ bffs: 1 }),
      BffProcess.start({ AUTH_MODE: 'jwt', NOTIFICATION_SECRETS_jwt: SECRET }),
    ]);
  });
  afterAll(() => Promise.all([stack.stop(), withTokens.stop()]));

  it('should pass every case over WebSocket, polling, server-sent events and HTTP', async () => {
    const { failed, passed, results } = await outcomes({
      url: stack.bffs[0]?.url ?? '',
      publishUrl: stack.producers[0]?.url,
    });
    expect(failed).toEqual([]);
    const skipped = results.filter(({ outcome }) => outcome === 'skipped');
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['needs --token']));
    expect(new Set(passed.map(({ over }) => over)).size).toBe(4);
    process.stdout.write(`${CASES.length} cases, ${passed.length} runs passed.\n`);
  });

  it('should pass the cases for tokens', async () => {
    const token = secretToken({ sub: 'conformance', feeds: ['conformance-*'] });
    const { failed, passed } = await outcomes({ url: withTokens.url, token }, TOKENS);
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThan(TOKENS.length);
  });
});

it('the suite should have at least sixty cases and no duplicate names', () => {
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  expect(CASES.length).toBeGreaterThanOrEqual(MIN_CASES);
});
