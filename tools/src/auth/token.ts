import { parseArgs } from 'node:util';
import { claimsSchema, faultsOf } from '@tocsin/contracts';
import { readAuthConfig } from '../config.ts';
import { Failure, messageOf } from '../failure.ts';
import { DATA_DIR } from '../paths.ts';
import { tokenSecret } from './kept-secrets.ts';
import { signToken } from './sign-token.ts';

const USE = "Use: npm run --silent token -- --sub user-1 [--feeds 'orders*,stock'] [--roles ops] [--ttl 1h]";
const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `npm run token`: prints a token for trying out, signed with the secret of `npm start` or with JWT_SECRET. */
export async function token(args: string[]): Promise<number> {
  const { sub, feeds, roles, ttl, data } = readArgs(args);
  const config = readAuthConfig();
  const claims = { sub, feeds: listOf(feeds), roles: listOf(roles) };
  const exp = Math.floor(Date.now() / 1000) + secondsOf(ttl);
  const checked = claimsSchema.safeParse({ ...claims, exp });
  if (!checked.success) {
    const faults = faultsOf(checked.error).map(({ path, message }) => `  ${path}: ${message}`);
    throw new Failure(`No bff would accept this token:\n${faults.join('\n')}\n${USE}`);
  }
  const { issuer, audience } = config;
  const text = await signToken({ claims, exp, issuer, audience, secret: tokenSecret(config, data) });
  process.stdout.write(`${text}\n`);
  return 0;
}

function readArgs(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        sub: { type: 'string' },
        feeds: { type: 'string', default: '' },
        roles: { type: 'string', default: '' },
        ttl: { type: 'string', default: '1h' },
        data: { type: 'string', default: DATA_DIR },
      },
    });
    const { sub } = values;
    if (sub === undefined) throw new Error('A token needs a --sub.');
    return { ...values, sub };
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n${USE}`);
  }
}

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

function secondsOf(ttl: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(ttl) ?? [];
  if (count === undefined || unit === undefined) {
    throw new Failure(`--ttl is ${ttl}; write a number and s, m, h or d, as 90s or 1h.\n${USE}`);
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
