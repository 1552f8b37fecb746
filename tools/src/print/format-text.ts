import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';

type Style = Required<Pick<FormatConfig, 'singleQuote' | 'printWidth'>>;

/** The repository's formatting style. The other options in `.oxfmtrc.json` don't affect generated text. */
function style(): Style {
  const { singleQuote, printWidth } = JSON.parse(readFileSync(join(ROOT, '.oxfmtrc.json'), 'utf8')) as Style;
  return { singleQuote, printWidth };
}

/**
 * Formats generated text the way `npm run format` expects, or in the given style. The file name determines the
 * language.
 * @throws Failure if the text does not parse
 */
export async function formatText(
  file: string,
  text: string,
  config: FormatConfig = style(),
): Promise<string> {
  const { code, errors } = await format(file, text, config);
  const [error] = errors;
  if (error) throw new Failure(`Cannot format ${file}: ${error.message}`);
  return code;
}
