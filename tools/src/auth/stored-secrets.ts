import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiKeysSchema, faultsOf, type ApiKey } from '@tocsin/contracts';
import type { AuthConfig } from '../config.ts';
import { Failure } from '../failure.ts';

const secretFile = (dataDir: string): string => join(dataDir, 'jwt-secret');
const internalSecretFile = (dataDir: string): string => join(dataDir, 'internal-secret');
export const vapidFile = (dataDir: string): string => join(dataDir, 'vapid.json');
export const apiKeysFile = (dataDir: string): string => join(dataDir, 'api-keys.json');

/**
 * Writes a file that only this user can read. Other processes see either the old file or the new file, never a partial
 * file.
 */
function writePrivate(dir: string, file: string, text: string): void {
  mkdirSync(dir, { recursive: true });
  const next = `${file}.${process.pid}.new`;
  rmSync(next, { force: true });
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, file);
}

/** Minimum secret length (RFC 7518, section 3.2). The bff rejects shorter secrets. */
const MIN_BYTES = 32;

/**
 * The token secrets, one per line, newest first. Taken from the settings, or else from the data folder. If neither has
 * a secret, creates one.
 */
export function tokenSecrets({ secret }: Pick<AuthConfig, 'secret'>, dataDir: string): string {
  if (secret !== undefined) {
    const lines = linesOf(secret);
    const shortest = Math.min(...lines.map((line) => Buffer.byteLength(line)));
    if (lines.length > 0 && shortest >= MIN_BYTES) return secret;
    throw new Failure(
      `JWT_SECRET has ${lines.length > 0 ? shortest : 0} bytes${lines.length > 1 ? ' in one of its lines' : ''} and needs ` +
        `at least ${MIN_BYTES}. Generate one with \`openssl rand -base64 48\`, or unset JWT_SECRET to have one generated and stored.`,
    );
  }
  return loadSecret(dataDir, secretFile(dataDir));
}

/** The secret that our applications use to sign messages to each other. Creates it if missing. */
export const loadInternalSecret = (dataDir: string): string =>
  loadSecret(dataDir, internalSecretFile(dataDir));

function loadSecret(dataDir: string, file: string): string {
  if (!existsSync(file)) writePrivate(dataDir, file, randomBytes(48).toString('base64url'));
  return readFileSync(file, 'utf8').trim();
}

/** The newest secret, which signs new tokens. */
export const newestSecret = (secrets: string): string => linesOf(secrets)[0] ?? '';

const linesOf = (secrets: string): string[] => secrets.split(/\r?\n/).filter((line) => line !== '');

/**
 * The API keys stored by `npm run api-key`.
 * @throws Failure if the file can't be used
 */
export function loadApiKeys(dataDir: string): ApiKey[] {
  const file = apiKeysFile(dataDir);
  if (!existsSync(file)) return [];
  const keys = apiKeysSchema.safeParse(jsonOf(file));
  if (keys.success) return keys.data;
  const errors = faultsOf(keys.error).map(({ path, message }) => `  ${path}: ${message}`);
  throw new Failure(`${file} is invalid. Correct it or remove it:\n${errors.join('\n')}`);
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Failure(`${file} is not valid JSON. Correct it or remove it.`);
    throw error;
  }
}

export const saveApiKeys = (dataDir: string, keys: readonly ApiKey[]): void =>
  writePrivate(dataDir, apiKeysFile(dataDir), `${JSON.stringify(keys, null, 2)}\n`);

/** The `vapid` secret that `npm run vapid` stored, or `undefined` if it hasn't stored one. */
export const loadVapid = (dataDir: string): string | undefined =>
  existsSync(vapidFile(dataDir)) ? readFileSync(vapidFile(dataDir), 'utf8').trim() : undefined;

export const saveVapid = (dataDir: string, secret: string): void =>
  writePrivate(dataDir, vapidFile(dataDir), `${secret}\n`);
