import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { writeContractTypes, writeTypes, writeVueTypes } from './client-types.ts';

/** The folder for the reports. Each report lists a package's exports and types. */
export const API_REPORTS = join(ROOT, 'docs', 'api');

const WORK_DIR = join(ROOT, '.artifacts', 'api');
const entryOf = (name: string) => join(ROOT, name, 'src', 'index.ts');

const TYPES: ReadonlyMap<string, (outDir: string) => Promise<void> | void> = new Map([
  ['client', (outDir) => writeTypes(entryOf('client'), outDir)],
  ['client-vue', (outDir) => writeVueTypes(entryOf('client-vue'), outDir)],
  ['publish', (outDir) => writeTypes(entryOf('publish'), outDir)],
  ['contracts', (outDir) => writeContractTypes(outDir)],
]);

const NO_MESSAGES = { default: { logLevel: ExtractorLogLevel.None } };
const COMPILER_OPTIONS = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'dom'],
  strict: true,
  skipLibCheck: true,
  types: [],
  // Required because `@tocsin/client` resolves to .ts sources in this workspace.
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** Writes `<name>.api.md` into `outDir` from the declarations in `types`. */
function writeReport(name: string, types: string, outDir: string): void {
  const entry = join(types, 'index.d.ts');
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, name, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [entry] } },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: `${name}.api.md`,
        reportFolder: outDir,
        reportTempFolder: join(WORK_DIR, 'temp'),
      },
      newlineKind: 'lf',
      messages: {
        extractorMessageReporting: NO_MESSAGES,
        tsdocMessageReporting: NO_MESSAGES,
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (result.errorCount > 0)
    throw new Failure(`API Extractor cannot read the types of ${name}; its messages are above.`);
  const report = join(outDir, `${name}.api.md`);
  writeFileSync(report, withSortedEvents(readFileSync(report, 'utf8')));
}

/**
 * Sorts each component's events. TypeScript emits them in an order that depends on the types it has already processed.
 */
const withSortedEvents = (report: string): string =>
  report.replaceAll(/(?:^ *\w+\??: \(.*\) => any;\n)+/gm, (events) =>
    events
      .split(/(?<=\n)/)
      .sort()
      .join(''),
  );

const contentOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Compares each package's public API with the stored report. Returns the names of packages with outdated reports. With
 * `update`, also updates these reports.
 */
export async function changedApis({ update }: { update: boolean }): Promise<string[]> {
  rmSync(WORK_DIR, { recursive: true, force: true });
  const reports = join(WORK_DIR, 'reports');
  mkdirSync(reports, { recursive: true });
  mkdirSync(API_REPORTS, { recursive: true });
  const changed: string[] = [];
  for (const [name, write] of TYPES) {
    const types = join(WORK_DIR, name);
    await write(types);
    writeReport(name, types, reports);
    const file = `${name}.api.md`;
    if (contentOf(join(reports, file)) === contentOf(join(API_REPORTS, file))) continue;
    changed.push(name);
    if (update) copyFileSync(join(reports, file), join(API_REPORTS, file));
  }
  return changed;
}

/** `npm run api`: updates the public API reports in `docs/api`. */
export async function api(): Promise<number> {
  const changed = await changedApis({ update: true });
  const line = changed.length === 0 ? 'The API reports are up to date.' : `Updated: ${changed.join(', ')}.`;
  process.stdout.write(`${line}\n`);
  return 0;
}
