import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type SFCDescriptor } from 'vue/compiler-sfc';

const ROOT = join(import.meta.dirname, '../..');

export interface PageFile {
  /** Relative to the repository root. */
  name: string;
  text: string;
}

/** Returns the component and page files with these extensions, except tests. */
export const pageFiles = (...endings: string[]): PageFile[] =>
  ['client-vue/src', 'ui/src', 'ui/public']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !/\.(?:test|d)\.ts$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));

export const componentIn = (text: string): SFCDescriptor => parse(text, { filename: 'x.vue' }).descriptor;
