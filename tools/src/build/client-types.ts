import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { format } from 'prettier';
import ts from 'typescript';
import { ROOT } from '../paths.ts';
import { plainTypes } from './plain-types.ts';

const SOURCES = join(ROOT, 'client', 'src');
const CONTRACTS = join(ROOT, 'contracts', 'src', 'index.ts');
const CONTRACTS_PACKAGE = '@tocsin/contracts';
/** `from './x.ts'` and `import('./x.ts')`, as declarations have them. */
const RELATIVE = /((?:from |import\()['"])(\.{1,2}\/[^'"]+)\.ts(?=['"])/g;

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

function contractNames(text: string): string[] {
  const imports = text.matchAll(/\{([^}]*)\} from ['"]@tocsin\/contracts['"]/g);
  return [...imports].flatMap(([, names = '']) =>
    names.split(',').map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    ),
  );
}

/**
 * Writes the types of the client's entries and of what they reach, and the types of the contract that they name, which
 * need no other package.
 */
export async function writeClientTypes(entries: readonly string[], outDir: string): Promise<void> {
  const program = createProgram(entries);
  const waiting = [...entries];
  const written = new Set<string>();
  const wanted = new Set<string>();
  for (let file; (file = waiting.pop());) {
    if (written.has(file)) continue;
    written.add(file);
    const text = declarationOf(program, file);
    for (const name of contractNames(text)) wanted.add(name);
    for (const [, , path = ''] of text.matchAll(RELATIVE)) waiting.push(join(dirname(file), `${path}.ts`));
    const out = join(outDir, relative(SOURCES, file).replace(/\.ts$/, '.d.ts'));
    const contracts = relative(dirname(out), join(outDir, 'contracts.js'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(
      out,
      text
        .replace(RELATIVE, '$1$2.js')
        .replaceAll(CONTRACTS_PACKAGE, contracts.startsWith('.') ? contracts : `./${contracts}`),
    );
  }
  const module = program.getSourceFile(CONTRACTS);
  if (!module) throw new Error('The contracts have no entry.');
  const types = plainTypes(program, module, wanted);
  writeFileSync(join(outDir, 'contracts.d.ts'), await format(types, { parser: 'typescript' }));
}
