import { expect, it } from 'vitest';
import { componentIn, pageFiles, type PageFile } from './pages.ts';

/** Properties for the left or right side only. */
const SIDE =
  /(?:^|[;{\s])((?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?(?:left|right)(?:-(?:width|style|color))?|border-(?:top|bottom)-(?:left|right)-radius|(?:text-align|float|clear)(?=:\s*(?:left|right)))\s*:/g;
/** Shorthands for four sides or corners. The second value is for the right, the fourth for the left. */
const FOUR = /(?:^|[;{\s])(margin|padding|inset|border-width|border-radius):\s*([^;}]+)/g;

const parts = (value: string): string[] => value.trim().match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];

/** Finds the properties in a style that would not be mirrored on a right-to-left page. */
function sidesIn(style: string): string[] {
  const plain = style.replace(/\/\*[^]*?\*\//g, '');
  const unequal = [...plain.matchAll(FOUR)].filter(([, , value = '']) => {
    const [, right, , left] = parts(value);
    return left !== undefined && left !== right;
  });
  return [...[...plain.matchAll(SIDE)].map(([, name = '']) => name), ...unequal.map(([, name = '']) => name)];
}

/** Finds left and right properties in styles set by a component's script or template. */
const inStyleBinding = (text: string): string[] =>
  [...text.matchAll(/(?:^|[{,\s])(left|right|(?:margin|padding)(?:Left|Right))\??: [`'"\d]/g)].map(
    ([, name = '']) => name,
  );

function sidesOf({ name, text }: PageFile): string[] {
  if (!name.endsWith('.vue')) return sidesIn(text);
  const { styles, script, scriptSetup, template } = componentIn(text);
  const code = [script, scriptSetup, template].map((block) => block?.content ?? '').join('\n');
  return [...styles.flatMap(({ content }) => sidesIn(content)), ...inStyleBinding(code)];
}

const EXEMPT = /^ui\/src\/ops\//;

it('styles should not distinguish left and right, so that right-to-left pages are mirrored', () => {
  const found = pageFiles('.vue', '.css')
    .filter(({ name }) => !EXEMPT.test(name))
    .flatMap((file) => sidesOf(file).map((side) => `${file.name}: ${side}`));
  expect(found).toEqual([]);
});

it.each([
  ['a { margin-left: 1px }', 1],
  ['a { left: 1px; text-align: right }', 2],
  ['a { padding: 0 1px 0 calc(2px + var(--a)) }', 1],
  ['a { padding: 0 1px 2px; inset: 0 1px 2px 1px; border-left-color: red; border-left: 0 }', 2],
  ['a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start; padding: 0 1px } /* left: 1 */', 0],
])('the check should find all left and right properties in %s', (style, count) => {
  expect(sidesIn(style)).toHaveLength(count);
});
