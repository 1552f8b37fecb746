import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { format } from 'prettier';
import ts from 'typescript';
import { ROOT } from '../paths.ts';
import { plainTypes } from './plain-types.ts';

const SOURCES = join(ROOT, 'client', 'src');
const CONTRACTS = join(ROOT, 'contracts', 'src', 'index.ts');
const CONTRACTS_PACKAGE = '@tocsin/contracts';
const COMPONENTS = join(SOURCES, 'vue');
/** `from './x.ts'` and `import('./x.ts')`, as declarations have them, also of components: `./X.vue`. */
const RELATIVE = /((?:from |import\()['"])(\.{1,2}\/[^'"]+?)(?:\.ts|(\.vue))(?=['"])/g;
const STYLE = /^import ['"][^'"]+\.css['"];\n/gm;

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

function declarationOf(program: ts.Program, file: string): string {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is no part of the client.`);
  let text: string | undefined;
  const { diagnostics } = program.emit(source, (_path, written) => (text = written), undefined, true);
  if (text === undefined || diagnostics.length > 0)
    throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})) || `No types of ${file}.`);
  return text;
}

/** The declarations of all under `client/src/vue`, in a folder that has the form of this repository. */
function componentDeclarations(outDir: string): void {
  const script = join(ROOT, 'node_modules', 'vue-tsc', 'bin', 'vue-tsc.js');
  const how = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal'];
  const args = [script, '-p', COMPONENTS, ...how, '--rootDir', ROOT, '--outDir', outDir];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The components have no types:\n${stdout}${stderr}`);
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
 * Writes the types of the client's entries and of what they reach, and the types of the contract that they name, which
 * need no other package.
 */
export async function writeClientTypes(entries: readonly string[], outDir: string): Promise<void> {
  const components = mkdtempSync(join(tmpdir(), 'tocsin-types-'));
  try {
    componentDeclarations(components);
    await writeTypes(entries, outDir, components);
  } finally {
    rmSync(components, { recursive: true, force: true });
  }
}

async function writeTypes(entries: readonly string[], outDir: string, components: string): Promise<void> {
  const program = createProgram(entries.filter((entry) => !entry.startsWith(COMPONENTS)));
  const waiting = [...entries];
  const written = new Set<string>();
  const wanted = new Set<string>();
  for (let file; (file = waiting.pop());) {
    if (written.has(file)) continue;
    written.add(file);
    const declared = join(components, relative(ROOT, file).replace(/\.ts$/, '') + '.d.ts');
    const isComponent = file.startsWith(COMPONENTS);
    const text = isComponent ? readFileSync(declared, 'utf8') : declarationOf(program, file);
    for (const name of contractNames(text)) wanted.add(name);
    for (const [, , path = '', ending = '.ts'] of text.matchAll(RELATIVE))
      waiting.push(join(dirname(file), path + ending));
    const out = join(outDir, relative(SOURCES, file).replace(/\.ts$/, '') + '.d.ts');
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
  const module = program.getSourceFile(CONTRACTS);
  if (!module) throw new Error('The contracts have no entry.');
  const types = plainTypes(program, module, wanted);
  writeFileSync(join(outDir, 'contracts.d.ts'), await format(types, { parser: 'typescript' }));
}
