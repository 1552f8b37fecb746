// `node tools/check-types.mjs FILE…`: prints the type errors of these files only, in seconds. `npm run types` also checks
// the files that import them, and the pages (ui, client-vue).
import { resolve } from 'node:path';
import ts from 'typescript';

const files = new Set(process.argv.slice(2).map((file) => resolve(file)));
const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  },
};

const found = [];
for (const project of ['tsconfig.json', 'lab/tsconfig.json']) {
  const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(project, {}, host);
  const roots = fileNames.filter((file) => files.has(resolve(file)));
  if (roots.length === 0) continue;
  const program = ts.createProgram({ rootNames: roots, options });
  for (const root of roots) {
    const source = program.getSourceFile(root);
    found.push(...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source));
  }
}
const format = {
  getCurrentDirectory: ts.sys.getCurrentDirectory,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
};
if (found.length > 0) console.log(ts.formatDiagnosticsWithColorAndContext(found, format));
process.exitCode = found.length > 0 ? 1 : 0;
