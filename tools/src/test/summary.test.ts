import { describe, expect, it } from 'vitest';
import {
  didNotRunLine,
  missingLines,
  resultsSchema,
  summarize,
  failureLines,
  retriedLines,
  type Results,
} from './summary.ts';

const results = (some: Partial<Results>): Results => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
  testResults: [],
  ...some,
});

describe('summarize', () => {
  it('should count passed tests', () => {
    expect(summarize(results({ numPassedTests: 7 }), 0)).toEqual({ line: '7 passed, 0 failed', ok: true });
  });

  it('should mention skipped tests only if there are any', () => {
    const line = summarize(results({ numPassedTests: 7, numPendingTests: 1, numTodoTests: 1 }), 0).line;
    expect(line).toBe('7 passed, 0 failed, 2 skipped');
  });

  it('should fail if a test failed', () => {
    expect(summarize(results({ numPassedTests: 7, numFailedTests: 2, success: false }), 1)).toEqual({
      line: '7 passed, 2 failed',
      ok: false,
    });
  });

  it('should count a file that could not be loaded as a failure', () => {
    const broken = { name: 'a.test.ts', status: 'failed', message: '', assertionResults: [] };
    const summary = summarize(results({ numPassedTests: 7, testResults: [broken], success: false }), 1);
    expect(summary).toEqual({ line: '7 passed, 1 failed', ok: false });
  });

  it.each([
    ['no test ran', results({}), 0],
    ['there are no results', undefined, 1],
    ['something failed outside any test', results({ numPassedTests: 7 }), 1],
  ])('should fail when %s', (_, given, exitCode) => {
    expect(summarize(given, exitCode)).toMatchObject({ ok: false });
    expect(summarize(given, exitCode).line).toContain(', 1 failed');
  });
});

describe('missingLines', () => {
  const test = (status: string, meta: { missing?: string }) => ({
    status,
    fullName: `the client in ${status}`,
    meta,
  });
  const run = results({
    testResults: [
      {
        ...{ name: '/root/a.test.ts', status: 'passed', message: '' },
        assertionResults: [test('skipped', { missing: 'javac is not installed' }), test('passed', {})],
      },
      {
        ...{ name: '/root/b.test.ts', status: 'passed', message: '' },
        assertionResults: [test('skipped', { missing: 'mvn is not installed' })],
      },
    ],
  });

  it('should report what this machine lacks for each skipped test', () => {
    expect(missingLines(run, '/root')).toEqual([
      'Did not run: a.test.ts: the client in skipped: javac is not installed.',
      'Did not run: b.test.ts: the client in skipped: mvn is not installed.',
    ]);
    expect(didNotRunLine(run, '/root')).toBeUndefined();
    expect(missingLines(undefined, '/root')).toEqual([]);
  });

  it('should not report a failure if every test was skipped because this machine lacks something', () => {
    const [, lacking] = run.testResults;
    expect(summarize(results({ numPendingTests: 1, testResults: lacking ? [lacking] : [] }), 0)).toEqual({
      line: '0 passed, 0 failed, 1 skipped',
      ok: true,
    });
  });
});

describe('didNotRunLine', () => {
  const file = (name: string, ...statuses: string[]) => ({
    ...{ name: `/root/${name}`, status: 'passed', message: '' },
    assertionResults: statuses.map((status) => ({ status, fullName: '' })),
  });
  const lineFor = (...testResults: Results['testResults']) =>
    didNotRunLine(results({ testResults }), '/root');

  it('should list files with only skipped tests in a single line', () => {
    expect(lineFor(file('a.test.ts', 'passed', 'skipped'), file('b.test.ts', 'skipped', 'pending'))).toBe(
      'Did not run: b.test.ts (all tests were skipped)',
    );
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name, 'skipped'));
    expect(lineFor(...five)).toMatch(/: a, b, c and 2 more \(all tests were skipped\)$/);
  });

  it.each([
    ['each file ran a test', [file('a.test.ts', 'failed', 'skipped')]],
    ['a file could not be loaded', [file('a.test.ts')]],
  ])('should print no lines when %s', (_, files) => {
    expect(lineFor(...files)).toBeUndefined();
  });
});

describe('failureLines', () => {
  it('should list each failed test and each broken file with the first message', () => {
    const parsed = resultsSchema.parse({
      ...results({ numFailedTests: 1, success: false }),
      testResults: [
        {
          ...{ name: '/root/a.test.ts', status: 'failed', message: '' },
          assertionResults: [
            { status: 'passed', fullName: 'a works', failureMessages: [] },
            {
              ...{ status: 'failed', fullName: 'a loads' },
              failureMessages: ['\u001b[31mError: 2 were lost\u001b[39m\n    at a.test.ts:3'],
            },
          ],
        },
        { name: '/root/b.test.ts', status: 'failed', message: 'no such module\nat x', assertionResults: [] },
        {
          ...{ name: '/root/c.test.ts', status: 'failed', message: '' },
          assertionResults: [{ status: 'skipped', fullName: 'c works' }],
        },
      ],
    });
    expect(failureLines(parsed, '/root')).toEqual([
      'Failed: a.test.ts: a loads: Error: 2 were lost',
      'Failed: b.test.ts: no such module',
      'Failed: c.test.ts: a hook failed, so not all tests ran',
    ]);
    expect(failureLines(undefined, '/root')).toEqual([]);
  });
});

describe('retriedLines', () => {
  it('should list each test that passed on retry', () => {
    const parsed = resultsSchema.parse({
      ...results({ numPassedTests: 2 }),
      testResults: [
        {
          ...{ name: '/root/a.test.ts', status: 'passed', message: '' },
          assertionResults: [
            { status: 'passed', fullName: 'a works', failureMessages: [] },
            { status: 'passed', fullName: 'a loads', failureMessages: ['Error: Test timed out in 9ms.\nIf'] },
          ],
        },
      ],
    });
    expect(retriedLines(parsed, '/root')).toEqual([
      'Passed on retry: a.test.ts: a loads: Error: Test timed out in 9ms.',
    ]);
  });
});
