/** `!important` is needed because page-wide rules like `* { all: unset }` otherwise win over `:host`. */
const HOST = `
:host { display: inline-block !important; color-scheme: light dark; }
:host([hidden]) { display: none !important; }
`;

const texts = new Set<string>();
let sheet: CSSStyleSheet | undefined;

/** Adds a style to all existing and future shadow roots. The build calls this for each style sheet. */
export function addStyle(text: string): void {
  texts.add(text);
  sheet?.replaceSync([...texts, HOST].join('\n'));
}

/**
 * Applies the styles to a shadow root. Adopted style sheets don't need `unsafe-inline` in the page's content security
 * policy.
 */
export function adoptStyle(root: ShadowRoot): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync([...texts, HOST].join('\n'));
  }
  root.adoptedStyleSheets = [sheet];
}
