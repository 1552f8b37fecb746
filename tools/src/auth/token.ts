import { claimsSchema, faultsOf } from '@tocsin/contracts';
import { readAuthConfig } from '../config.ts';
import { parseOptions, throwIfInvalid, usageFailure } from '../options.ts';
import { DATA_DIR } from '../paths.ts';
import { newestSecret, tokenSecrets } from './stored-secrets.ts';
import { revocations } from './revocations.ts';
import { signToken } from './sign-token.ts';

const USAGE =
  "npm run --silent token -- --sub user-1 [--feeds 'orders*,stock'] [--roles ops] [--ttl 1h] [--email a@example.org]\n" +
  '       npm run token -- --revoke user-1 [--before 2026-05-01T12:00:00Z]\n' +
  '       npm run token -- --lift user-1\n' +
  '       npm run token -- --revocations';
const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * `npm run token`: prints a token for development, signed with the newest secret of `npm start` or JWT_SECRET. It also
 * revokes a subject's tokens, including tokens from another issuer.
 */
export async function token(args: string[]): Promise<number> {
  const { sub, feeds, roles, ttl, data, email, ...values } = readArgs(args);
  if (sub === undefined) return revocations(values);
  const config = readAuthConfig();
  const claims = { sub, feeds: listOf(feeds), roles: listOf(roles), ...(email !== undefined && { email }) };
  const exp = Math.floor(Date.now() / 1000) + secondsOf(ttl);
  const checked = claimsSchema.safeParse({ ...claims, exp });
  if (!checked.success) {
    const errors = faultsOf(checked.error).map(({ path, message }) => `  ${path}: ${message}`);
    throw usageFailure([`The bff would reject this token:\n${errors.join('\n')}`], USAGE);
  }
  const { issuer, audience } = config;
  const secret = newestSecret(tokenSecrets(config, data));
  // The bff silently ignores an invalid e-mail address, since readers don't need an address. Report it here.
  if (email !== undefined && checked.data.email === undefined)
    throw usageFailure([`Invalid --email ${email}. Use an e-mail address`], USAGE);
  const text = await signToken({ claims, exp, issuer, audience, secret });
  process.stdout.write(`${text}\n`);
  return 0;
}

function readArgs(args: string[]) {
  const { values } = parseOptions(args, USAGE, {
    options: {
      sub: { type: 'string' },
      feeds: { type: 'string', default: '' },
      roles: { type: 'string', default: '' },
      ttl: { type: 'string', default: '1h' },
      email: { type: 'string' },
      data: { type: 'string', default: DATA_DIR },
      revoke: { type: 'string' },
      before: { type: 'string' },
      lift: { type: 'string' },
      revocations: { type: 'boolean' },
    },
  });
  const { sub, revoke, before, lift, revocations: list } = values;
  const commands = [sub, revoke, lift, list].filter((value) => value !== undefined);
  throwIfInvalid(
    [
      ...(commands.length === 1 ? [] : ['Use exactly one of --sub, --revoke, --lift and --revocations']),
      ...(before === undefined || revoke !== undefined ? [] : ['--before requires --revoke']),
    ],
    USAGE,
  );
  return values;
}

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

function secondsOf(ttl: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(ttl) ?? [];
  if (count === undefined || unit === undefined) {
    throw usageFailure(
      [`Invalid --ttl ${ttl}. Use a number followed by s, m, h or d, such as 90s or 1h`],
      USAGE,
    );
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
