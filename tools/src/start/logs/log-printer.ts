import { parseLine, isNoise, type LogLine } from './log-line.ts';

const QUIET_MS = 5_000;
const WIDTH = 13;
const COLOR_OF = { debug: 90, info: 0, warn: 33, error: 31 } as const;
const SOURCES = [36, 35, 32, 34, 96, 95, 92, 94] as const;

export interface LogPrinterOptions {
  write: (text: string) => void;
  colors: boolean;
  /** Shows all lines from daprd. */
  verbose: boolean;
}

/**
 * Prints all processes' output as a single log: time, source, message. Shows a repeated line at most once every 5 s.
 */
export class LogPrinter {
  readonly #options: LogPrinterOptions;
  readonly #colorOf = new Map<string, number>();
  readonly #lastShown = new Map<string, { at: number; hidden: number }>();
  #daprIsQuiet = false;

  constructor(options: LogPrinterOptions) {
    this.#options = options;
  }

  /** Prints a source-prefixed line unless it should be hidden. Returns the parsed line. */
  printRaw(text: string): LogLine | undefined {
    const line = parseLine(text);
    if (line && (this.#options.verbose || !this.#isHidden(line))) this.print(line);
    return line;
  }

  /** Hides Dapr's lines from now on, because messages about stopping applications aren't useful. */
  quietDapr(): void {
    this.#daprIsQuiet = true;
  }

  #isHidden(line: LogLine): boolean {
    return isNoise(line) || (this.#daprIsQuiet && line.source.startsWith('dapr'));
  }

  print(line: LogLine, now = Date.now()): void {
    const hidden = this.#hiddenSinceShown(`${line.source}\0${line.text}`, now);
    if (hidden === undefined) return;
    const { source } = line;
    const time = new Date(now).toTimeString().slice(0, 8);
    const level = line.level === 'warn' || line.level === 'error' ? `${line.level} ` : '';
    const more = hidden > 0 ? ` (and ${hidden} more like this)` : '';
    const text = `${level}${line.text}${more}`;
    const head = `${time} ${source.padEnd(WIDTH)}`;
    this.#options.write(
      this.#options.colors
        ? `\u001b[90m${time}\u001b[0m \u001b[${this.#sourceColor(source)}m${source.padEnd(WIDTH)}\u001b[0m │ \u001b[${COLOR_OF[line.level]}m${text}\u001b[0m\n`
        : `${head} | ${text}\n`,
    );
  }

  /** How often this line was hidden since it was last shown. `undefined` to hide it this time too. */
  #hiddenSinceShown(key: string, now: number): number | undefined {
    const last = this.#lastShown.get(key);
    if (last && now - last.at < QUIET_MS) {
      last.hidden++;
      return undefined;
    }
    if (this.#lastShown.size > 1_000) this.#lastShown.clear();
    this.#lastShown.set(key, { at: now, hidden: 0 });
    return last?.hidden ?? 0;
  }

  #sourceColor(source: string): number {
    const known = this.#colorOf.get(source);
    if (known !== undefined) return known;
    const color = SOURCES[this.#colorOf.size % SOURCES.length] ?? 36;
    this.#colorOf.set(source, color);
    return color;
  }
}
