import ts from 'typescript';

const FLAGS =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.MultilineObjectLiterals |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

const isTypeDeclaration = (node: ts.Node): node is ts.TypeAliasDeclaration | ts.InterfaceDeclaration =>
  ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node);

function commentOf(node: ts.Node): string {
  const text = node.getSourceFile().text;
  const last = ts.getLeadingCommentRanges(text, node.getFullStart())?.at(-1);
  return last ? `${text.slice(last.pos, last.end)}\n` : '';
}

/** Removes namespace prefixes because all declarations end up in the same file. */
const unqualified = (text: string): string => text.replace(/\b[a-z]\w*\.(?=[A-Z])/g, '');

/**
 * Declares a module's `requested` types and the types that they refer to. Types inferred from schemas are expanded, so
 * the schemas aren't needed.
 */
export function plainTypes(program: ts.Program, module: ts.SourceFile, requested: Iterable<string>): string {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(module);
  const exported = new Map<string, ts.TypeAliasDeclaration | ts.InterfaceDeclaration>();
  for (const exportedSymbol of symbol ? checker.getExportsOfModule(symbol) : []) {
    const declaration = exportedSymbol.declarations?.find(isTypeDeclaration);
    if (declaration) exported.set(exportedSymbol.name, declaration);
  }
  const declared = new Map<string, string>();
  const declare = (name: string): void => {
    const declaration = exported.get(name);
    if (!declaration || declared.has(name)) return;
    // Write generic types unchanged since they can only be expanded with type arguments.
    const isUnchanged = ts.isInterfaceDeclaration(declaration) || declaration.typeParameters !== undefined;
    const text = isUnchanged
      ? declaration.getText()
      : `export type ${name} = ${unqualified(checker.typeToString(checker.getTypeAtLocation(declaration.name), declaration, FLAGS))};`;
    declared.set(name, commentOf(declaration) + text);
    for (const [other] of text.matchAll(/\b[A-Z]\w*/g)) declare(other);
  };
  for (const name of requested) declare(name);
  return `${[...declared.values()].join('\n\n')}\n`;
}
