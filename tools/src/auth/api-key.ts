import { apiKeysSchema, faultsOf, type ApiKey } from '@tocsin/contracts';
import { Failure } from '../failure.ts';
import { usageFailure } from '../options.ts';
import { readKeyOptions, USAGE, type NewKey } from './api-key-options.ts';
import { apiKeysFile, saveApiKeys, loadApiKeys } from './kept-secrets.ts';
import { lastUses } from './last-uses.ts';
import { listOfKeys } from './list-of-keys.ts';
import { withLock } from './lock.ts';
import { newKey } from './new-key.ts';

/** `npm run api-key`: creates a key, prints it once and stores a hash. Can also list, revoke and remove keys. */
export async function apiKey(args: string[]): Promise<number> {
  const options = readKeyOptions(args);
  const { dataDir } = options;
  if ('list' in options) {
    const kept = loadApiKeys(dataDir);
    process.stdout.write(`${listOfKeys(kept, await lastUses(kept, dataDir), Date.now())}\n`);
  } else withLock(dataDir, () => change(options));
  return 0;
}

function change(options: Exclude<ReturnType<typeof readKeyOptions>, { list: true }>): void {
  const { dataDir } = options;
  const kept = loadApiKeys(dataDir);
  if ('revoke' in options) {
    saveApiKeys(dataDir, revoked(kept, options.revoke, dataDir));
    process.stderr.write(`Revoked the key ${options.revoke}. ${WHEN}\n`);
  } else if ('remove' in options) {
    find(kept, options.remove, dataDir);
    const remaining = kept.filter(({ name }) => name !== options.remove);
    saveApiKeys(dataDir, remaining);
    process.stderr.write(`Removed the key ${options.remove} from ${apiKeysFile(dataDir)}. ${WHEN}\n`);
  } else make(options, kept);
}

const WHEN =
  'A running `npm start` applies this within 2 s. If you use a different secret store, copy the file there too ' +
  '(docs/guides/secure-it.md).';

function make(options: NewKey, kept: readonly ApiKey[]): void {
  const { key, record } = newKey(options, Date.now());
  const keys = apiKeysSchema.safeParse([...kept, record]);
  if (!keys.success) {
    const faults = faultsOf(keys.error).map(
      ({ path, message }) => `  ${path.replace(/^\d+\./, '')}: ${message}`,
    );
    throw usageFailure([`The key is invalid:\n${faults.join('\n')}`], USAGE);
  }
  saveApiKeys(options.dataDir, keys.data);
  process.stderr.write(
    `Save this key now. It won't be shown again: ${apiKeysFile(options.dataDir)} stores only its hash. \`API_KEYS=on npm start\` accepts the ` +
      'key, within 2 s if it is already running. If you use a different secret store, add this record to the list in its ' +
      `secret apikeys:\n${JSON.stringify(record)}\n`,
  );
  process.stdout.write(`${key}\n`);
}

function revoked(kept: readonly ApiKey[], name: string, dataDir: string): ApiKey[] {
  const { revokedAt } = find(kept, name, dataDir);
  if (revokedAt !== undefined) throw new Failure(`The key ${name} was already revoked at ${revokedAt}.`);
  const now = new Date().toISOString();
  return kept.map((key) => (key.name === name ? { ...key, revokedAt: now } : key));
}

function find(kept: readonly ApiKey[], name: string, dataDir: string): ApiKey {
  const found = kept.find((key) => key.name === name);
  if (found) return found;
  throw new Failure(
    `There is no key ${name} in ${apiKeysFile(dataDir)}. \`npm run api-key -- --list\` lists all keys.`,
  );
}
