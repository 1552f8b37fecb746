/** Beats a page's rule for all elements, such as `* { all: unset }`, which would come before the element's own. */
const HOST = `
:host { display: inline-block !important; color-scheme: light dark; }
:host([hidden]) { display: none !important; }
`;

const texts = new Set<string>();
let sheet: CSSStyleSheet | undefined;

/** Adds a style to all shadow roots, existing and new. The build calls it for each style sheet. */
export function addStyle(text: string): void {
  texts.add(text);
  sheet?.replaceSync([...texts, HOST].join('\n'));
}

/** Gives a shadow root the style. An adopted sheet needs no `unsafe-inline` in the page's content security policy. */
export function adoptStyle(root: ShadowRoot): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync([...texts, HOST].join('\n'));
  }
  root.adoptedStyleSheets = [sheet];
}
