import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ARTIFACTS_DIR, ROOT } from '../paths.ts';
import { run } from '../process/run.ts';

const FILE = join(ARTIFACTS_DIR, 'sbom.cdx.json');
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(z.looseObject({ name: z.string(), version: z.string() })),
});

/**
 * `npm run sbom`: writes the software bill of materials of the shipped packages in CycloneDX format. npm creates it
 * from package-lock.json, so it is the same on every machine.
 * @throws Failure with npm's output
 */
export async function sbom(): Promise<number> {
  const args = [
    'sbom',
    '--omit=dev',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
    '--package-lock-only',
  ];
  const { code, stdout, stderr } = await run('npm', args, { cwd: ROOT });
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  if (code !== 0)
    throw new Failure(`npm ${args.join(' ')} failed: ${lastLine} (this command requires npm 9.5 or later).`);
  const { components, specVersion } = bomSchema.parse(JSON.parse(stdout));
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${stdout}\n`);
  process.stdout.write(
    `${relative(ROOT, FILE)}: ${components.length} components, CycloneDX ${specVersion}.\n`,
  );
  return 0;
}
