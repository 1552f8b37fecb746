import { join } from 'node:path';
import type { Plugin } from 'vite';

const STYLE_MODULE = join(import.meta.dirname, '..', '..', 'client-vue', 'src', 'elements', 'style.ts');
const STYLE_IMPORT = /\bimport ?["']([^"'\n]+\.css)["'];?/g;

/** The import id that makes Vite return a style sheet as a string. A Vue component's id must end with `lang.css`. */
const asText = (id: string): string =>
  id.includes('?') ? id.replace('&lang.css', '&inline&lang.css') : `${id}?inline`;

/**
 * Makes scripts add imported styles to shadow roots instead of the page. Doesn't emit style sheets. Lazily loaded parts
 * contain their own styles.
 */
export const shadowStyle: Plugin = {
  name: 'tocsin-shadow-style',
  enforce: 'post',
  transform(code, id) {
    if (!/\/client-vue\/src\/[^?]+\.(?:vue|ts)(?:\?vue&type=script|$)/.test(id)) return undefined;
    const texts: string[] = [];
    const changed = code.replace(STYLE_IMPORT, (_all, request: string) => {
      texts.push(asText(request));
      return '';
    });
    if (texts.length === 0) return undefined;
    const imports = texts.map((text, index) => `import style${index} from ${JSON.stringify(text)};`);
    const calls = texts.map((_text, index) => `addStyle(style${index});`);
    return {
      code: [`import { addStyle } from ${JSON.stringify(STYLE_MODULE)};`, ...imports, ...calls, changed].join(
        '\n',
      ),
      map: null,
    };
  },
};
