import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSchemathesis, run, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf } from '../support/processes/logs.ts';

const CASES = 2_000;
/** A fixed seed, so that each run generates the same cases. */
const SEED = 20_261_125;
/**
 * The checks that schemathesis applies to each response. The list omits the check that all data that fits the schema is
 * accepted: no schema can require `expiresAt` to be in the future and after `deliverAt`.
 */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
];

/**
 * Uses fewer examples for notifications, which take far longer to generate than a name or id, and for erasures, which
 * take 3 s each.
 */
const PARTS = [
  ['POST /notifications', '--include-path', '/notifications', '--max-examples', '250'],
  ['DELETE /feeds', '--include-path-regex', '^/feeds', '--max-examples', '40'],
  [
    'Everything else',
    ...['--exclude-path', '/notifications', '--exclude-path-regex', '^/feeds', '--max-examples', '1400'],
  ],
] as const;

const command = await ensureSchemathesis(console.log);

describe.skipIf(!command)('the producer’s HTTP interface', () => {
  let dir: string;
  let stack: Stack;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-fuzz-'));
    stack = await startStack({ bffs: 1 });
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('should respond to every request as documented', { timeout: 900_000 }, async () => {
    let cases = 0;
    for (const { name, url, app } of stack.producers) {
      for (const [part, ...selection] of PARTS) {
        const { code, output } = await run(
          command ?? '',
          [
            ...['run', `${url}/openapi.json`, ...selection, '--checks', CHECKS.join(','), '--no-color'],
            ...['--phases', 'examples,coverage,fuzzing', '--workers', '2', '--continue-on-failure'],
            ...['--no-shrink', '--seed', String(SEED), '--generation-database', 'none'],
          ],
          { cwd: dir },
        );
        expect(code, `${name}, ${part}: ${output}`).toBe(0);
        const drawn = Number(/(?<!\d)(\d+) generated/.exec(output)?.[1] ?? 0);
        console.log(`${name}, ${part}: ${drawn} requests generated from its OpenAPI document.`);
        cases += drawn;
      }
      expect(app.running).toBe(true);
      expect(errorsOf(app)).toEqual([]);
    }
    expect(cases).toBeGreaterThanOrEqual(CASES);
  });
});
