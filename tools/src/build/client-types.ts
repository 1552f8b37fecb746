import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../paths.ts';
import { formatText } from '../print/format-text.ts';
import { plainTypes } from './plain-types.ts';

const CONTRACTS = join(ROOT, 'contracts', 'src', 'index.ts');
const CONTRACTS_PACKAGE = '@tocsin/contracts';
/** Relative imports in declarations: `from './x.ts'` and `import('./x.ts')`, including components (`./X.vue`). */
const RELATIVE = /((?:from |import\()['"])(\.{1,2}\/[^'"]+?)(?:\.ts|(\.vue))(?=['"])/g;
/** An import of CSS, which has no types. */
const STYLE = /^import '[^']+';\n/gm;

type DeclarationOf = (file: string) => string;

function createProgram(entries: readonly string[]): ts.Program {
  const config: unknown = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return ts.createProgram([...entries, CONTRACTS], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: ROOT,
  });
}

function emitDeclaration(program: ts.Program, file: string): string {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not part of the package.`);
  let text: string | undefined;
  const { diagnostics } = program.emit(source, (_path, written) => (text = written), undefined, true);
  if (text === undefined || diagnostics.length > 0)
    throw new Error(
      ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})) || `${file} has no declarations.`,
    );
  return text;
}

/** Writes the declarations from `packageDir` into `outDir`, keeping this repository's folder structure. */
function emitComponents(packageDir: string, outDir: string): void {
  const script = join(ROOT, 'node_modules', 'vue-tsc', 'bin', 'vue-tsc.js');
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal'];
  const args = [script, '-p', packageDir, ...options, '--rootDir', ROOT, '--outDir', outDir];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`vue-tsc cannot emit the types of the components:\n${stdout}${stderr}`);
}

function contractNames(text: string): string[] {
  const imports = text.matchAll(/\{([^{}]*)\} from ['"]@tocsin\/contracts['"]/g);
  const inline = text.matchAll(/import\(['"]@tocsin\/contracts['"]\)\.(\w+)/g);
  const named = [...imports].flatMap(([, names = '']) =>
    names.split(',').map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    ),
  );
  return [...named, ...[...inline].map(([, name = '']) => name)];
}

/**
 * Writes a plain TypeScript package's types: the declarations of `entry` and of all files that it imports, and the
 * contract types that these files use. The result doesn't depend on this repository's packages.
 */
export async function writeTypes(entry: string, outDir: string): Promise<void> {
  const program = createProgram([entry]);
  const names = writeWithImports(entry, outDir, (file) => emitDeclaration(program, file));
  await writeContracts(program, names, outDir);
}

/** Writes the contract types unchanged, including their references to zod. */
export function writeContractTypes(outDir: string): void {
  const program = createProgram([]);
  writeWithImports(CONTRACTS, outDir, (file) => emitDeclaration(program, file));
}

/**
 * Like `writeTypes`, but for a package with Vue components. Of our packages, the result imports only `@tocsin/client`.
 */
export async function writeVueTypes(entry: string, outDir: string): Promise<void> {
  const declared = mkdtempSync(join(tmpdir(), 'tocsin-types-'));
  try {
    emitComponents(dirname(dirname(entry)), declared);
    const names = writeWithImports(entry, outDir, (file) =>
      readFileSync(join(declared, relative(ROOT, file).replace(/\.ts$/, '') + '.d.ts'), 'utf8'),
    );
    await writeContracts(createProgram([]), names, outDir);
  } finally {
    rmSync(declared, { recursive: true, force: true });
  }
}

/**
 * Writes the declarations of `entry` and all files that it imports. Returns the names that these files import from the
 * contracts.
 */
function writeWithImports(entry: string, outDir: string, declarationOf: DeclarationOf): Set<string> {
  const pending = [entry];
  const written = new Set<string>();
  const names = new Set<string>();
  for (let file; (file = pending.pop());) {
    if (written.has(file)) continue;
    written.add(file);
    const text = declarationOf(file);
    for (const name of contractNames(text)) names.add(name);
    for (const [, , path = '', ending = '.ts'] of text.matchAll(RELATIVE))
      pending.push(join(dirname(file), path + ending));
    const out = join(outDir, relative(dirname(entry), file).replace(/\.ts$/, '') + '.d.ts');
    const contracts = relative(dirname(out), join(outDir, 'contracts.js'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(
      out,
      text
        .replace(STYLE, '')
        .replace(RELATIVE, '$1$2$3.js')
        .replaceAll(CONTRACTS_PACKAGE, contracts.startsWith('.') ? contracts : `./${contracts}`),
    );
  }
  return names;
}

async function writeContracts(
  program: ts.Program,
  names: ReadonlySet<string>,
  outDir: string,
): Promise<void> {
  const module = program.getSourceFile(CONTRACTS);
  if (!module) throw new Error('The contracts have no entry file.');
  const types = plainTypes(program, module, new Set(names));
  writeFileSync(
    join(outDir, 'contracts.d.ts'),
    await formatText('contracts.d.ts', types, { printWidth: 80 }),
  );
}
