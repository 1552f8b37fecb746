import { parseArgs } from 'node:util';
import type { Transport } from './transports/transport.ts';
import { runCases, type Result } from './run.ts';

const USAGE = `npm run conformance -- <url> [options]

Checks a server against docs/protocol.md. <url> is the base URL of /hubs and /app, for example http://localhost:4001.

  --publish <url>      base URL of POST /notifications; without it, cases that publish are skipped
  --publish-key <key>  API key for publishing
  --token <token>      a reader's token that permits the topics conformance-*; without it, cases for tokens are skipped
  --over <transports>  any of websocket,polling,sse,http, separated by commas; default: all
  --only <text>        run only cases whose name contains the text
  --patience <ms>      longest wait for one event or condition; default: 5000
  --concurrency <n>    cases to run at the same time; default: 8
  --json               print the results as JSON`;

const TRANSPORTS: readonly string[] = ['websocket', 'polling', 'sse', 'http'];

/**
 * `npm run conformance`. Resolves with 0 if at least one case ran and none failed, otherwise 1; 2 for invalid
 * options.
 */
export async function conformance(args: string[]): Promise<number> {
  const options = read(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  const results = await runCases({
    ...options,
    onResult: (result) => options.json || process.stdout.write(`${lineOf(result)}\n`),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  const count = (outcome: Result['outcome']) => results.filter((one) => one.outcome === outcome).length;
  const sum = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  process.stderr.write(`${sum}\n`);
  return count('failed') === 0 && count('passed') > 0 ? 0 : 1;
}

function lineOf({ outcome, over, name, reason }: Result): string {
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[outcome];
  return `${mark} ${over}: ${name}${reason === undefined ? '' : `\n    ${reason.replaceAll('\n', '\n    ')}`}`;
}

/** Parses the options. Returns a description of the fault if they are invalid. */
function read(args: string[]) {
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
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0) return 'Give exactly one URL.';
  const addresses = [url, ...(values.publish === undefined ? [] : [values.publish])];
  const wrong = addresses.find((address) => !/^https?:\/\//.test(address) || !URL.canParse(address));
  if (wrong !== undefined) return `${wrong} is not an http(s) URL.`;
  const [patienceMs, concurrency] = [Number(values.patience), Number(values.concurrency)];
  if (!(patienceMs >= 100)) return '--patience must be a number of milliseconds from 100.';
  if (!(Number.isInteger(concurrency) && concurrency >= 1))
    return '--concurrency must be a whole number from 1.';
  const over = values.over?.split(',');
  const unknown = over?.find((one) => !TRANSPORTS.includes(one));
  if (unknown !== undefined) return `${unknown} is not a transport. Use ${TRANSPORTS.join(', ')}.`;
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
