import type { Plugin } from 'vite';

/** Stands in the source for the style of all components. */
const PLACEHOLDER = /(["'`])__TOCSIN_STYLE__\1/;

/** Puts the style of a bundle into its script, which hands it to shadow roots; no style sheet is written. */
export const inlineStyle: Plugin = {
  name: 'tocsin-inline-style',
  enforce: 'post',
  generateBundle(_options, bundle) {
    let style = '';
    for (const [name, part] of Object.entries(bundle)) {
      if (part.type !== 'asset' || !name.endsWith('.css')) continue;
      style += String(part.source);
      Reflect.deleteProperty(bundle, name);
    }
    for (const part of Object.values(bundle)) {
      if (part.type === 'chunk') part.code = part.code.replace(PLACEHOLDER, () => JSON.stringify(style));
    }
  },
};
