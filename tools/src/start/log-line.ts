/** One line for a person. */
export interface LogLine {
  /** Who says it: `producer`, `bff`, `dapr bff`, `dapr`. */
  source: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
  /** Process that wrote it, if the line says so. */
  pid?: number;
}

// eslint-disable-next-line no-control-regex -- terminal colours start with the control character ESC
export const COLOURS = /\u001b\[[\d;]*m/g;
const APP = /^== APP - (\S+) == (.*)$/;
const DAPRD = /^time="[^"]*" level=(\w+) msg="((?:[^"\\]|\\.)*)"(.*)$/;
const CLI_MARK = /^(?:[ℹ✅❌⚠🚀]\ufe0f?|[!=-]+)\s*/u;
const LONGEST_VALUE = 120;
const LEFT_OUT = new Set(['level', 'time', 'name', 'pid', 'hostname', 'msg', 'v', 'stack']);

/** Reads one line of what `dapr run -f` prints. `undefined` for an empty one. */
export function parseLine(raw: string): LogLine | undefined {
  const line = raw.replace(COLOURS, '').trimEnd();
  if (line.trim() === '') return undefined;
  const app = APP.exec(line);
  if (app) return parseAppLine(app[1] ?? '', app[2] ?? '');
  const daprd = DAPRD.exec(line);
  if (daprd) return parseDaprdLine(daprd[1] ?? '', daprd[2] ?? '', daprd[3] ?? '');
  const text = line.replace(CLI_MARK, '').trim();
  return text === '' ? undefined : { source: 'dapr', level: /❌|rror/.test(line) ? 'error' : 'info', text };
}

function parseAppLine(source: string, content: string): LogLine {
  const record = content.startsWith('{') ? parseRecord(content) : undefined;
  if (!record) return { source, level: 'info', text: content };
  const details = Object.entries(record)
    .filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${short(value)}`);
  const message = typeof record['msg'] === 'string' ? record['msg'] : '';
  return {
    source,
    level: levelOf(record['level']),
    text: [message, ...details].filter(Boolean).join(' '),
    ...(typeof record['pid'] === 'number' ? { pid: record['pid'] } : {}),
  };
}

function parseRecord(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch (error) {
    // Something else that starts with a brace is shown as it is.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function short(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value;
  const text = isError ? String(value.message) : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function levelOf(level: unknown): LogLine['level'] {
  if (typeof level === 'number')
    return level >= 50 ? 'error' : level >= 40 ? 'warn' : level >= 30 ? 'info' : 'debug';
  if (level === 'fatal' || level === 'error') return 'error';
  if (level === 'warn' || level === 'warning') return 'warn';
  return level === 'debug' || level === 'trace' ? 'debug' : 'info';
}

function parseDaprdLine(level: string, message: string, rest: string): LogLine {
  const appId = / app_id=(\S+)/.exec(rest)?.[1];
  return {
    source: appId ? `dapr ${appId}` : 'dapr',
    level: levelOf(level),
    text: message.replaceAll('\\"', '"').replaceAll('\\n', ' '),
  };
}

/** What daprd always warns of on one machine, and what the CLI says about itself. */
const NOISE = [
  // Each application has a secret store of its own, and both share one configuration.
  /^Secrets configuration added for 'notification-(secrets|keys)', but no matching secret store was found/,
  /^mTLS is disabled/,
  /increasedCardinality/,
  /^Redis does not support transaction rollbacks/,
  /^Graceful shutdown timeout is infinite/,
  /^Updating metadata for/,
  /^Error receiving from stream: .*Canceled/,
  /^Started Dapr with app id/,
  /^Writing log files to directory/,
  /^Validating config and starting app/,
  /^You're up and running/,
  /^This is a preview feature/,
  /^Starting Dapr with id/,
  /^Exited (App|Dapr) successfully/,
  /^termination signal received/,
  /^Received signal to stop/,
];

/** True for a line that tells nobody anything new. */
export const isNoise = (line: LogLine): boolean =>
  line.source.startsWith('dapr') && NOISE.some((pattern) => pattern.test(line.text));
