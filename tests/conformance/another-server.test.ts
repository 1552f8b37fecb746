import { CASES, conformance, runCases } from '@tocsin/conformance';
import { expect, it } from 'vitest';
import { TinyServer, type Fault } from './tiny-server.ts';

/** Runs the cases for server-sent events against a server that shares no code with the bff. Returns the failures. */
async function failuresOf(fault?: Fault, only?: string) {
  const server = new TinyServer(fault);
  const url = await server.start();
  try {
    const target = { url, publishUrl: url, patienceMs: fault === undefined ? 20_000 : 1_000 };
    const results = await runCases({ target, cases: CASES, concurrency: 8, over: ['sse'], only });
    const failed = results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ name, reason }) => ({ name, reason }));
    return { failed, passed: results.filter(({ outcome }) => outcome === 'passed').length };
  } finally {
    server.stop();
  }
}

it('should accept another implementation of the protocol', async () => {
  const { failed, passed } = await failuresOf();
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(30);
});

it.each<[Fault, string]>([
  ['pushes publications twice', 'pushes new publications with offsets that continue from the response'],
  ['keeps retracted content', 'serves retracted publications without content'],
  ['recovers nothing', 'recovers exactly the missed publications'],
  ['keeps the epoch after an erasure', 'starts a new epoch when a feed is erased and reports the erasure'],
  ['sends read marks to all readers', "sends read marks to all of the reader's connections and no others"],
])('should reject a server that %s', async (fault, rule) => {
  const { failed } = await failuresOf(fault, rule);
  expect(failed.map(({ name }) => name)).toEqual([rule]);
});

it('should exit with 0 if the server follows the rules, and with 1 if it breaks them', async () => {
  for (const [fault, code] of [
    [undefined, 0],
    ['recovers nothing', 1],
  ] as const) {
    const server = new TinyServer(fault);
    const url = await server.start();
    const args = [url, '--publish', url, '--over', 'sse', '--only', 'recovers exactly', '--json'];
    expect(await conformance(args).finally(() => server.stop())).toBe(code);
  }
});
