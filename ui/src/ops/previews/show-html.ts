/** A comment, a tag with attributes, or the end of a style sheet. */
const TAG = /<!--[\s\S]*?-->|<\/style\s*>|<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
/** A `style` attribute's name, or a quoted value. */
const STYLE_OR_VALUE = /\sstyle(?=\s*=)|"[^"]*"|'[^']*'/gi;

/**
 * Prepares an e-mail for a frame, which inherits the page's content security policy. The policy blocks inline styles,
 * so this function hides them from the browser, and `applyStyles` applies them later.
 */
export const hideStyles = (html: string): string =>
  html.replace(TAG, (tag) => {
    if (tag.startsWith('<!--')) return tag;
    const masked = tag.replace(STYLE_OR_VALUE, (found) => (/^\s/.test(found) ? ' data-style' : found));
    // Browsers don't run scripts of this type. If the `style` tag has a `type` too, the first one applies.
    return masked
      .replace(/^<style(?=[\s>])/i, '<script\ttype="text/email-css"')
      .replace(/^<\/style/i, '</script');
  });

/**
 * Applies the styles hidden by `hideStyles`. The content security policy blocks inline styles but lets scripts set
 * them. Also keeps links from opening.
 */
export function applyStyles(mail: Document): void {
  const view = mail.defaultView;
  if (!view) return;
  mail.adoptedStyleSheets = Array.from(mail.querySelectorAll('script[type="text/email-css"]'), (hidden) => {
    const sheet = new view.CSSStyleSheet({ media: hidden.getAttribute('media') ?? '' });
    sheet.replaceSync(hidden.textContent);
    return sheet;
  });
  for (const element of mail.querySelectorAll<HTMLElement>('[data-style]'))
    element.style.cssText = element.dataset['style'] ?? '';
  // The frame's sandbox doesn't allow new windows, so these links don't open.
  for (const link of mail.querySelectorAll('a')) link.target = '_blank';
}
