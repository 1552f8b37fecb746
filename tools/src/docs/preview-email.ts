import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  DEFAULT_SOURCES,
  loadTemplates,
  SAMPLES,
  TEMPLATE_FILES,
  TemplateError,
} from '@tocsin/bff/away/templates';
import { Failure } from '../failure.ts';
import { parseOptions } from '../options.ts';
import { ARTIFACTS_DIR } from '../paths.ts';

const USAGE =
  'npm run preview-email [-- --templates DIR] [--time-zone Europe/Berlin] [--out DIR]\n' +
  '       npm run preview-email -- --copy DIR';

/**
 * `npm run preview-email`: writes a sample of each kind of e-mail to files, in each language, as text and HTML.
 * `--templates` uses templates from your own folder. With `--copy`, only copies our templates into a folder.
 */
export function previewEmail(args: string[]): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: {
      templates: { type: 'string' },
      'time-zone': { type: 'string' },
      out: { type: 'string', default: join(ARTIFACTS_DIR, 'email') },
      copy: { type: 'string' },
    },
  });
  if (values.copy !== undefined) copyTemplates(resolve(values.copy));
  else preview(resolve(values.out), values.templates, values['time-zone']);
  return Promise.resolve(0);
}

function preview(out: string, folder: string | undefined, timeZone: string | undefined): void {
  const templates = load(folder, timeZone);
  mkdirSync(out, { recursive: true });
  for (const message of SAMPLES) {
    const { subject, text, html } = templates.render(message);
    const name = message.key.replace(/^sample-/, '');
    writeFileSync(join(out, `${name}.txt`), `Subject: ${subject}\n\n${text}`);
    writeFileSync(join(out, `${name}.html`), html);
    process.stdout.write(`${join(out, name)}.{txt,html}  ${subject}\n`);
  }
}

function load(folder: string | undefined, timeZone: string | undefined) {
  if (folder !== undefined && !existsSync(folder)) throw new Failure(`The folder ${folder} does not exist.`);
  try {
    return loadTemplates({ folder, timeZone });
  } catch (error) {
    if (error instanceof TemplateError) throw new Failure(error.message);
    throw error;
  }
}

function copyTemplates(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [kind, file] of Object.entries(TEMPLATE_FILES) as [keyof typeof TEMPLATE_FILES, string][]) {
    const path = join(folder, file);
    if (existsSync(path)) {
      process.stdout.write(`${path} already exists, left unchanged\n`);
      continue;
    }
    writeFileSync(path, DEFAULT_SOURCES[kind]);
    process.stdout.write(`${path}\n`);
  }
}
