/** The style of all components; the build puts it in place of this text. */
const STYLE = '__TOCSIN_STYLE__';

/** Beats a page's rule for all elements, such as `* { all: unset }`, which would come before the element's own. */
const HOST = `
:host { display: inline-block !important; color-scheme: light dark; }
:host([hidden]) { display: none !important; }
`;

let sheet: CSSStyleSheet | undefined;

/** Gives a shadow root the style. An adopted sheet needs no `unsafe-inline` in the page's content security policy. */
export function adoptStyle(root: ShadowRoot): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE + HOST);
  }
  root.adoptedStyleSheets = [sheet];
}
