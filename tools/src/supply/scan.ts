import { z } from 'zod';
import { messageOf } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { run } from '../process/run.ts';
import { findSecrets, repositoryFiles } from './secrets.ts';
import { sbom } from './sbom.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A check's findings, or why it could not run. */
type Outcome = { errors: readonly string[] } | { missing: string };

const auditSchema = z.object({
  vulnerabilities: z.record(z.string(), z.looseObject({ name: z.string(), severity: z.string() })).optional(),
  message: z.string().optional(),
});

/** The findings of `npm audit` for shipped packages. A registry that doesn't support the command is not an error. */
export function readAudit(output: string): Outcome {
  const { vulnerabilities, message } = auditSchema.parse(JSON.parse(output));
  if (!vulnerabilities)
    return { missing: `The registry does not support \`npm audit\`: ${message ?? 'no reason given'}.` };
  return {
    errors: Object.values(vulnerabilities).map(
      ({ name, severity }) => `${name} has a ${severity} vulnerability`,
    ),
  };
}

const CHECKS: Record<string, () => Promise<Outcome>> = {
  'secrets in the repository': async () => ({ errors: await findSecrets(ROOT, await repositoryFiles(ROOT)) }),
  'bill of materials': async () => {
    await sbom();
    return { errors: [] };
  },
  'known vulnerabilities (npm audit)': async () => {
    const { stdout } = await run('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT });
    return readAudit(stdout);
  },
  // Image scanners need databases that no package registry has.
  'known vulnerabilities in the images': () =>
    Promise.resolve({
      missing:
        'Image scanners download their databases from their own hosts. If you can reach them, run `trivy image tocsin-bff:VERSION`.',
    }),
};

/**
 * `npm run scan`: searches the repository for secrets, writes the bill of materials and checks shipped packages for
 * known vulnerabilities. Also lists the checks that could not run. The last line is `N passed, N failed`.
 */
export async function scan(): Promise<number> {
  let failed = 0;
  let passed = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    const outcome = await check().catch((error: unknown) => ({ errors: [messageOf(error)] }));
    if ('missing' in outcome) {
      say(`Did not run: ${name}. ${outcome.missing}`);
      continue;
    }
    for (const error of outcome.errors) say(`Failed: ${name}: ${error}`);
    if (outcome.errors.length > 0) failed++;
    else {
      say(`Passed: ${name}`);
      passed++;
    }
  }
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
