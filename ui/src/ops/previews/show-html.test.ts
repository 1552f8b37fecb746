import { expect, it } from 'vitest';
import { hideStyles } from './show-html.ts';

it.each([
  ['<p style="color:red">a</p>', '<p data-style="color:red">a</p>'],
  ['<td class="x"\n  STYLE = \'color:red\'>', '<td class="x"\n  data-style = \'color:red\'>'],
  ['<style>a { color: red; }</style>', '<script\ttype="text/email-css">a { color: red; }</script>'],
  ['<style media="print">', '<script\ttype="text/email-css" media="print">'],
])('should hide the styles in %s', (html, hidden) => {
  expect(hideStyles(html)).toBe(hidden);
});

it.each([
  ['text', '<p>the style="x" of a text</p>'],
  ['a value', '<a title="a style=\'b\' > c" href=\'" style="\'>x</a>'],
  ['a comment', '<!-- <p style="color:red"> -->'],
  ['another attribute', '<p data-style="x" styled="y">'],
])('should leave %s unchanged', (_place, html) => {
  expect(hideStyles(html)).toBe(html);
});
