import { escapeControls } from '../../print/escape-controls.ts';

/** A log line in readable form, without control characters. */
export interface LogLine {
  /** The source: `producer 4000`, `bff 4001`, or `dapr 4001` for its sidecar. */
  source: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
}

// oxlint-disable-next-line no-control-regex -- terminal colors start with the control character ESC
const COLORS = /\u001b\[[\d;]*m/g;
const MARKED = /^== (?:APP - )?(.+?) ==(?: (.*))?$/;
const DAPRD = /^time="[^"]*" level=(\w+) msg="((?:[^"\\]|\\.)*)"(.*)$/;
const MAX_VALUE_LENGTH = 120;
const OMITTED_FIELDS = new Set(['level', 'time', 'name', 'pid', 'hostname', 'msg', 'v', 'stack']);

/** Prefixes a line with the source, as in the `npm start` log file. */
export const markLine = (source: string, line: string): string => `== ${source} == ${line}`;

/** Parses a line from the `npm start` log file, or from the output of `dapr run -f`. `undefined` for an empty line. */
export function parseLine(raw: string): LogLine | undefined {
  const line = parse(raw);
  return line && { ...line, text: escapeControls(line.text) };
}

function parse(raw: string): LogLine | undefined {
  const line = raw.replace(COLORS, '').trimEnd();
  const [, source, content = ''] = MARKED.exec(line) ?? [undefined, undefined, line];
  if (content.trim() === '') return undefined;
  const daprd = DAPRD.exec(content);
  if (daprd) return parseDaprdLine(source, daprd[1] ?? '', daprd[2] ?? '', daprd[3] ?? '');
  return source === undefined
    ? { source: 'dapr', level: 'info', text: content.trim() }
    : parseAppLine(source, content);
}

function parseAppLine(source: string, content: string): LogLine {
  const record = content.startsWith('{') ? parseRecord(content) : undefined;
  if (!record) return { source, level: 'info', text: content };
  const details = Object.entries(record)
    .filter(([name, value]) => !OMITTED_FIELDS.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${shorten(value)}`);
  const message = typeof record['msg'] === 'string' ? record['msg'] : '';
  return {
    source,
    level: levelOf(record['level']),
    text: [message, ...details].filter(Boolean).join(' '),
  };
}

function parseRecord(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch (error) {
    // A line that starts with a brace but isn't JSON is shown unchanged.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function shorten(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value;
  const text = isError ? String(value.message) : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text;
}

function levelOf(level: unknown): LogLine['level'] {
  if (typeof level === 'number')
    return level >= 50 ? 'error' : level >= 40 ? 'warn' : level >= 30 ? 'info' : 'debug';
  if (level === 'fatal' || level === 'error') return 'error';
  if (level === 'warn' || level === 'warning') return 'warn';
  return level === 'debug' || level === 'trace' ? 'debug' : 'info';
}

function parseDaprdLine(source: string | undefined, level: string, message: string, rest: string): LogLine {
  const appId = / app_id=(\S+)/.exec(rest)?.[1];
  return {
    source: source ?? (appId ? `dapr ${appId}` : 'dapr'),
    level: levelOf(level),
    text: message.replaceAll('\\"', '"').replaceAll('\\n', ' '),
  };
}

/** Warnings that daprd usually prints when all processes run on the same machine. */
const NOISE = [
  // The shared configuration lists both applications' secret stores, but each sidecar loads only its own.
  /^Secrets configuration added for 'notification-(secrets|keys)', but no matching secret store was found/,
  /^mTLS is disabled/,
  /increasedCardinality/,
  /^Redis does not support transaction rollbacks/,
  /^Graceful shutdown timeout is infinite/,
  /^Error receiving from stream: .*Canceled/,
  /^Received signal to stop/,
];

/** True for a usual daprd warning. */
export const isNoise = (line: LogLine): boolean =>
  line.source.startsWith('dapr') && NOISE.some((pattern) => pattern.test(line.text));
