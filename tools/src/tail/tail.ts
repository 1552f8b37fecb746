import { existsSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR } from '../paths.ts';
import { whenAborted } from '../process/stop-signal.ts';
import { logFileOf } from '../start/logs/log-file.ts';
import { parseLine } from '../start/logs/log-line.ts';
import { Follower } from './follower.ts';
import { LogReader } from './log-reader.ts';

const USAGE = 'npm run tail -- ID [--log FILE] [--once]';
const POLL_MS = 300;

/**
 * `npm run tail -- <id>`: prints all processes' log lines that mention a notification, or the notification's entry or
 * trace. Then follows the log. The applications write these lines with LOG_LEVEL=debug.
 */
export async function tail(args: string[], signal: AbortSignal): Promise<number> {
  const { id, file, once } = readOptions(args);
  if (!existsSync(file)) {
    throw new Failure(
      `${file} does not exist. Start Tocsin with \`LOG_LEVEL=debug npm start\`, or choose a log with --log.`,
    );
  }
  const follower = new Follower(id);
  const reader = new LogReader(file);
  let found = 0;
  const read = async () => {
    for await (const raw of reader.newLines()) {
      for (const line of follower.select(raw)) {
        found++;
        print(line);
      }
    }
  };
  await read();
  if (found === 0) {
    process.stdout.write(
      `No log line mentions ${id} yet. Tocsin logs each notification only with LOG_LEVEL=debug.\n`,
    );
  }
  if (once) return found > 0 ? 0 : 1;
  const stopped = whenAborted(signal);
  while (!signal.aborted) {
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    await read();
  }
  return 0;
}

function readOptions(args: string[]): { id: string; file: string; once: boolean } {
  const { values, positionals } = parseOptions(args, USAGE, {
    options: {
      log: { type: 'string', default: logFileOf(DATA_DIR) },
      once: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [id] = positionals;
  if (!id || positionals.length > 1) throw usageFailure(['Pass exactly one notification id'], USAGE);
  return { id, file: values.log, once: values.once };
}

function print(raw: string): void {
  const line = parseLine(raw);
  if (line) process.stdout.write(`${line.source.padEnd(10)} | ${line.text}\n`);
}
