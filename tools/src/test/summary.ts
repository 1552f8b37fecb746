import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** The fields of vitest's JSON results that we read. */
export const resultsSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int().default(0),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string().default(''),
          failureMessages: z.array(z.string()).nullish(),
          meta: z.object({ missing: z.string().optional() }).optional(),
        }),
      ),
      message: z.string().default(''),
    }),
  ),
});
export type Results = z.infer<typeof resultsSchema>;

export interface Summary {
  /** `N passed, N failed`, with `, N skipped` if there are any. */
  line: string;
  /** True if `line` reports no failures. */
  ok: boolean;
}

/**
 * Summarizes a run. A file that failed without a failed test (for example because it could not be loaded) counts as one
 * failure. If nothing else failed, the run still counts as one failure in two cases: after an error outside any file,
 * and if no test ran and no skipped test says what this machine lacks.
 */
export function summarize(results: Results | undefined, exitCode: number): Summary {
  const passed = results?.numPassedTests ?? 0;
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
  const brokenFiles = (results?.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const counted = (results?.numFailedTests ?? 0) + brokenFiles;
  const nothingRan = passed + counted === 0 && missingLines(results, '').length === 0;
  const failed = counted === 0 && (exitCode !== 0 || nothingRan || results?.success === false) ? 1 : counted;
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, ok: failed === 0 };
}

const MAX_LISTED = 3;

/**
 * A line about files where all tests were skipped, since these haven't passed. Lists the first three, relative to
 * `root`. Tests that say what this machine lacks get separate lines (`missingLines`).
 */
export function didNotRunLine(results: Results | undefined, root: string): string | undefined {
  const files = (results?.testResults ?? [])
    .filter(
      ({ assertionResults: tests }) =>
        tests.length > 0 && tests.every(({ status, meta }) => isSkipped(status) && !meta?.missing),
    )
    .map(({ name }) => relative(root, name));
  if (files.length === 0) return undefined;
  const more = files.length > MAX_LISTED ? ` and ${files.length - MAX_LISTED} more` : '';
  return `Did not run: ${files.slice(0, MAX_LISTED).join(', ')}${more} (all tests were skipped)`;
}

/** A line for each skipped test whose `meta` states what this machine lacks. */
export function missingLines(results: Results | undefined, root: string): string[] {
  return (results?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, meta }) => isSkipped(status) && meta?.missing)
      .map(({ fullName, meta }) => `Did not run: ${relative(root, name)}: ${fullName}: ${meta?.missing}.`),
  );
}

/**
 * A line for each failed test, and for each file that failed without a failed test: path relative to `root`, name, and
 * first message.
 */
export function failureLines(results: Results | undefined, root: string): string[] {
  return (results?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) {
      const reason = firstLine(message) || 'a hook failed, so not all tests ran';
      return status === 'failed' ? [`Failed: ${file}: ${reason}`] : [];
    }
    return failed.map(
      ({ fullName, failureMessages }) =>
        `Failed: ${file}: ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`,
    );
  });
}

/** A line for each test that passed on retry, including the first failure message. */
export function retriedLines(results: Results | undefined, root: string): string[] {
  return (results?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === 'passed' && test.failureMessages?.length)
      .map(
        ({ fullName, failureMessages }) =>
          `Passed on retry: ${relative(root, name)}: ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`,
      ),
  );
}

const firstLine = (text: string): string => stripVTControlCharacters(text).split('\n', 1)[0] ?? '';

const isSkipped = (status: string): boolean => status !== 'passed' && status !== 'failed';
