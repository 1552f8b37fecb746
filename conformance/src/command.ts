import { parseArgs } from 'node:util';
import type { Transport } from './transports/transport.ts';
import { runCases, type Result } from './run.ts';

const USAGE = `npm run conformance -- <url> [options]

Checks a server against docs/protocol.md. <url> is the base URL of /hubs and /app, for example http://localhost:4001.

  --publish <url>      base URL of POST /notifications; cases that publish are skipped without it
  --publish-key <key>  API key for publishing
  --token <token>      reader token that permits the topics conformance-*; token cases are skipped without it
  --over <transports>  comma-separated list of websocket, polling, sse and http; default: all
  --only <text>        run only cases with this text in their names
  --patience <ms>      how long to wait for an event or condition, from 100 to 600000; default: 5000
  --concurrency <n>    number of cases to run in parallel; default: 8
  --json               print the results as JSON`;

const TRANSPORTS: readonly string[] = ['websocket', 'polling', 'sse', 'http'];

/**
 * Runs `npm run conformance`. Resolves with the exit code: 0 if at least one case ran and none failed, 2 if the options
 * are invalid, and 1 otherwise.
 */
export async function conformance(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  const results = await runCases({
    ...options,
    onResult: (result) => options.json || process.stdout.write(`${lineOf(result)}\n`),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const summary = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  process.stderr.write(`${summary}\n`);
  return count('failed') === 0 && count('passed') > 0 ? 0 : 1;
}

function lineOf({ outcome, over, name, reason }: Result): string {
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[outcome];
  return `${mark} ${over}: ${name}${reason === undefined ? '' : `\n    ${reason.replaceAll('\n', '\n    ')}`}`;
}

/** Parses the options. Returns an error message as a string if they are invalid. */
function parseOptions(args: string[]) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        publish: { type: 'string' },
        'publish-key': { type: 'string' },
        token: { type: 'string' },
        over: { type: 'string' },
        only: { type: 'string' },
        patience: { type: 'string', default: '5000' },
        concurrency: { type: 'string', default: '8' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const [url, ...extra] = positionals;
  if (url === undefined || extra.length > 0) return 'Expected exactly one URL.';
  const addresses = [url, ...(values.publish === undefined ? [] : [values.publish])];
  const invalidUrl = addresses.find((address) => !/^https?:\/\//.test(address) || !URL.canParse(address));
  if (invalidUrl !== undefined) return `${invalidUrl} isn't an http(s) URL.`;
  const [patienceMs, concurrency] = [Number(values.patience), Number(values.concurrency)];
  if (!(Number.isInteger(patienceMs) && patienceMs >= 100 && patienceMs <= 600_000))
    return '--patience must be a whole number from 100 to 600000 (milliseconds).';
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000))
    return '--concurrency must be a whole number from 1 to 1000.';
  const over = values.over?.split(',');
  const unknown = over?.find((name) => !TRANSPORTS.includes(name));
  if (unknown !== undefined) return `${unknown} isn't a transport. Choose from ${TRANSPORTS.join(', ')}.`;
  return {
    target: {
      url: withoutSlash(url),
      publishUrl: values.publish && withoutSlash(values.publish),
      publishKey: values['publish-key'],
      token: values.token,
      patienceMs,
    },
    concurrency,
    only: values.only,
    over: over as Transport[] | undefined,
    json: values.json,
  };
}

const withoutSlash = (address: string): string => (address.endsWith('/') ? address.slice(0, -1) : address);
