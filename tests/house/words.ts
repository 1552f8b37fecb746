import ts from 'typescript';
import { componentIn, type PageFile } from './pages.ts';

/** Attributes that readers see or hear. */
const TEXT_ATTRIBUTES =
  /^(?:title|placeholder|alt|label|summary|aria-(?:label|description|roledescription|valuetext))$/;
/** Names that aren't translated. */
const NAMES = new Set(['Tocsin']);
const LETTERS = /\p{L}{2}/u;
/** A sentence, or a single capitalized word like a button label. */
const PHRASE = /^\P{L}*\p{Lu}\p{Ll}+\b(?!\S)|\p{L}{2}[,:.]? \p{L}/u;
/** CSS, such as media queries and selectors, which only the browser reads. */
const FOR_THE_BROWSER = /[{}[\]]|\w\(\d|^\(|^[.[:#]|^[a-z-]+:|px/;

/** Commands and requests, which users type verbatim. */
const COMMANDS = /^(?:curl|npm run|-H|(?:GET|POST) \/)/;

const isWord = (text: string): boolean =>
  LETTERS.test(text) && !NAMES.has(text.trim()) && !COMMANDS.test(text.trim());

const scriptOf = (text: string): ts.SourceFile =>
  ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);

/**
 * True if readers never see the literal: it's compared, imported, logged or thrown, or it's a name or a request header.
 */
function isInternal(literal: ts.Node): boolean {
  for (let node = literal, { parent } = node; parent; node = parent, { parent } = node) {
    if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isTypeNode(parent))
      return true;
    if (ts.isNewExpression(parent) && /Error$|^RegExp$/.test(parent.expression.getText())) return true;
    if (ts.isCallExpression(parent)) {
      const called = parent.expression.getText();
      if (parent.expression.kind === ts.SyntaxKind.ImportKeyword || /^console\./.test(called)) return true;
      if (node !== parent.expression && /EventListener|querySelector|^matches|closest|test$/i.test(called))
        return true;
    }
    if (node !== literal) continue;
    if (
      ts.isPropertyAssignment(parent) &&
      (parent.name === literal || /authorization/.test(parent.name.getText()))
    )
      return true;
    if (ts.isElementAccessExpression(parent) || ts.isCaseClause(parent)) return true;
    if (ts.isBinaryExpression(parent) && /^[!=]==?$|^in$/.test(parent.operatorToken.getText())) return true;
  }
  return false;
}

/** Returns the string literals in a script that readers see and for which `isRelevant` returns true. */
function literals(script: string, isRelevant: (text: string) => boolean): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isTemplateExpression(node)
      ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('0')
      : ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : '';
    if (isRelevant(text) && !isInternal(node)) found.push(text.trim().replace(/\s+/g, ' '));
    ts.forEachChild(node, visit);
  };
  visit(scriptOf(script));
  return found;
}

/** The template node properties that this check uses. */
interface TemplateNode {
  type: number;
  loc: { source: string };
  content?: string | TemplateNode;
  props?: readonly Property[];
  children?: readonly (TemplateNode | string)[];
}

/** An attribute, or a directive with argument and expression. */
interface Property {
  name: string;
  value?: { content: string } | undefined;
  arg?: TemplateNode | undefined;
  exp?: TemplateNode | undefined;
}

function inProperty({ name, value, arg, exp }: Property): string[] {
  if (exp) {
    const isShown = name === 'text' || TEXT_ATTRIBUTES.test(arg?.loc.source ?? '');
    return isShown ? literals(`(${exp.loc.source})`, isWord) : [];
  }
  return value && TEXT_ATTRIBUTES.test(name) && isWord(value.content) ? [value.content] : [];
}

const COMMENT = 3;

function inTemplate({ type, content, props = [], children = [] }: TemplateNode): string[] {
  if (type === COMMENT) return [];
  const texts =
    typeof content === 'object'
      ? literals(content.loc.source, isWord)
      : content !== undefined && isWord(content)
        ? [content.trim()]
        : [];
  const childTexts = children.flatMap((child) => (typeof child === 'object' ? inTemplate(child) : []));
  return [...texts, ...props.flatMap(inProperty), ...childTexts];
}

const isPhrase = (text: string): boolean => PHRASE.test(text) && !FOR_THE_BROWSER.test(text) && isWord(text);

/** Returns a file's user-visible text that doesn't come from the message files. */
export function wordsIn({ name, text }: PageFile): string[] {
  if (!name.endsWith('.vue')) return literals(text, isPhrase);
  const { template, script, scriptSetup } = componentIn(text);
  return [
    ...(template?.ast ? inTemplate({ ...template.ast, content: undefined } as unknown as TemplateNode) : []),
    ...[script, scriptSetup].flatMap((block) => (block ? literals(block.content, isPhrase) : [])),
  ];
}
