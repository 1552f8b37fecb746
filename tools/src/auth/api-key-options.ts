import { resolve } from 'node:path';
import { parseDateTime } from '@tocsin/contracts';
import { Failure } from '../failure.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR } from '../paths.ts';

export const USAGE =
  "npm run --silent api-key -- --name shop --feeds 'all,topic:orders*' [--scopes publish,retract,erase,fallback,receipts]\n" +
  '         [--source shop] [--expires 90d] [--per-second 50]\n' +
  '       npm run api-key -- --list | --revoke shop | --remove shop';

/** A new key's options as given on the command line, not yet validated. */
export interface NewKey {
  name: string;
  feeds: string[];
  scopes: string[];
  source: string | undefined;
  expires: string | undefined;
  perSecond: number;
  dataDir: string;
}

export type KeyOptions =
  | NewKey
  | { list: true; dataDir: string }
  | { revoke: string; dataDir: string }
  | { remove: string; dataDir: string };

/** Reads the arguments of `npm run api-key`. @throws Failure for unknown or conflicting options */
export function readKeyOptions(args: string[]): KeyOptions {
  const values = valuesOf(args);
  const dataDir = resolve(values.data);
  const { list, revoke, remove } = values;
  const commands = [list === true, revoke !== undefined, remove !== undefined].filter(Boolean).length;
  const isNew = values.name !== undefined || values.feeds !== undefined;
  if (commands > 1 || (commands === 1 && isNew)) {
    throw usageFailure(['Use only one of: --list, --revoke, --remove, or the options for a new key'], USAGE);
  }
  if (list) return { list, dataDir };
  if (revoke !== undefined) return { revoke, dataDir };
  if (remove !== undefined) return { remove, dataDir };
  return {
    name: values.name ?? '',
    feeds: listOf(values.feeds ?? ''),
    scopes: listOf(values.scopes),
    source: values.source,
    expires: values.expires,
    perSecond: Number(values['per-second']),
    dataDir,
  };
}

const valuesOf = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      name: { type: 'string' },
      feeds: { type: 'string' },
      scopes: { type: 'string', default: 'publish' },
      source: { type: 'string' },
      expires: { type: 'string' },
      'per-second': { type: 'string', default: '50' },
      list: { type: 'boolean' },
      revoke: { type: 'string' },
      remove: { type: 'string' },
      data: { type: 'string', default: DATA_DIR },
    },
  }).values;

const listOf = (text: string): string[] => text.split(',').filter(Boolean);

const MS = { h: 3_600_000, d: 86_400_000 } as const;
const HOURS_OR_DAYS = /^(\d{1,5})([hd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A key's expiry in RFC 3339 format. `90d` and `12h` count from `now` (ms since 1970); a date means 00:00 UTC on that
 * day.
 * @throws Failure for an invalid or past time
 */
export function expiryOf(expires: string, now: number): string {
  const [, count, unit] = HOURS_OR_DAYS.exec(expires) ?? [];
  const at =
    count !== undefined
      ? now + Number(count) * MS[unit as keyof typeof MS]
      : parseDateTime(DATE.test(expires) ? `${expires}T00:00:00Z` : expires);
  if (at === undefined) {
    throw usageFailure(
      [
        `Invalid --expires ${expires}. Use a number of hours or days such as 12h or 90d, or a date such as 2030-01-31`,
      ],
      USAGE,
    );
  }
  if (at <= now) throw new Failure(`--expires ${expires} is in the past. Choose a later time.`);
  return new Date(at).toISOString();
}
