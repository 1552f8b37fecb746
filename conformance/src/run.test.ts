import { expect, it } from 'vitest';
import { httpCase } from './case.ts';
import { runCases } from './run.ts';

it('should remove or escape terminal control characters in reasons', async () => {
  const error = new Error('expected:\n+ \u001b[32mred\u001b[39m\r\u0007', {
    cause: new Error('\u009b2J\u009d\u202e\t'),
  });
  const cases = [
    httpCase('rejects with an error', [], () => Promise.reject(error)),
    // oxlint-disable-next-line prefer-promise-reject-errors -- a library could do this
    httpCase('rejects with text', [], () => Promise.reject('\u001b')),
  ];
  const results = await runCases({
    cases,
    concurrency: 1,
    target: { url: 'http://server', patienceMs: 100 },
  });
  const reasons = results.map(({ reason }) => reason);
  expect(reasons).toEqual(['expected:\n+ red\\u000d\\u0007: \\u009d\\u202e\t', '\\u001b']);
});
