import type { Template } from 'liquidjs';
import type { AwayMessage } from '../channels/channel.ts';
import { engineFor, KINDS, type Kind } from './engine.ts';
import { DEFAULT_SOURCES, readFolder, TEMPLATE_FILES } from './sources.ts';
import { SAMPLES } from './samples.ts';
import { viewOf, type ViewOptions } from './view.ts';
import { wordsOf } from './words.ts';

export interface TemplateOptions {
  /**
   * A folder with files that replace built-in ones: `subject.liquid`, `text.liquid`, `html.liquid`, `words.en.json`,
   * `words.de.json`. Missing files and words are taken from the built-in ones.
   */
  folder?: string | undefined;
  /** The IANA time zone for times in e-mails. Default: `UTC`. */
  timeZone?: string | undefined;
}

/** E-mail content. `subject` is a single line. */
export interface RenderedMessage {
  subject: string;
  text: string;
  html: string;
}

export interface Templates {
  /** Deterministic: the same message always renders the same content. */
  render(message: AwayMessage): RenderedMessage;
  /** Renders only the subject, for channels with a title. */
  subject(message: AwayMessage): string;
  /** The names of the files in the folder that replace built-in ones. */
  readonly overridden: readonly string[];
}

/** Lists all errors in the templates and the time zone. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

/**
 * Time limit for rendering a template from the folder (ms), so an endless loop can't block the process. It is generous
 * because rendering can take many times longer on a busy machine.
 */
const RENDER_LIMIT_MS = 5_000;

/**
 * Loads the e-mail templates. To find errors at startup, renders sample messages with the templates in the folder.
 * @throws TemplateError that lists all errors with their file names
 */
export function loadTemplates({ folder, timeZone = 'UTC' }: TemplateOptions = {}): Templates {
  const faults: string[] = [];
  const sources = readFolder(folder, faults);
  const words = wordsOf(sources, faults);
  const parsed = {} as Record<Kind, Template[]>;
  for (const kind of KINDS) {
    const file = TEMPLATE_FILES[kind];
    attempt(file, faults, () => (parsed[kind] = engineFor(kind).parse(sources[kind], file)));
  }
  if (!isTimeZone(timeZone)) faults.push(`${timeZone} is not a time zone; use a name such as Europe/Berlin`);
  throwIfFaulty(faults, folder);

  const renderOne = (kind: Kind, message: AwayMessage): string => {
    const options: ViewOptions = { words: words[message.language], timeZone, plain: kind !== 'html' };
    const renderLimit = sources[kind] === DEFAULT_SOURCES[kind] ? Infinity : RENDER_LIMIT_MS;
    return String(engineFor(kind).renderSync(parsed[kind], viewOf(message, options), { renderLimit }));
  };
  if (folder !== undefined) {
    for (const kind of KINDS) {
      attempt(TEMPLATE_FILES[kind], faults, () => {
        for (const sample of SAMPLES) {
          if (renderOne(kind, sample).trim() === '') throw new Error('renders no content');
        }
      });
    }
    throwIfFaulty(faults, folder);
  }
  const subject = (message: AwayMessage) => oneLine(renderOne('subject', message));
  const kinds = Object.keys(TEMPLATE_FILES) as (keyof typeof TEMPLATE_FILES)[];
  return {
    subject,
    overridden: kinds
      .filter((kind) => sources[kind] !== DEFAULT_SOURCES[kind])
      .map((kind) => TEMPLATE_FILES[kind]),
    render: (message) => ({
      subject: subject(message),
      text: renderOne('text', message),
      html: renderOne('html', message),
    }),
  };
}

function attempt(file: string, faults: string[], step: () => void): void {
  try {
    step();
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    faults.push(`${file}: ${message.replace(/, file:.*?(?=, line:|$)/, '')}`);
  }
}

function throwIfFaulty(faults: readonly string[], folder: string | undefined): void {
  if (faults.length === 0) return;
  const source = folder === undefined ? 'The templates' : `The templates in ${folder}`;
  const list = [...new Set(faults)].map((fault) => `\n  ${fault}`).join('');
  throw new TemplateError(`${source} can't be used. Correct these errors:${list}`);
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Removes line breaks and control characters so that templates can't inject headers. */
const oneLine = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
