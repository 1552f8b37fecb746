import { apiKeysSchema, faultsOf, type ApiKey } from '@tocsin/contracts';
import { Failure } from '../failure.ts';
import { usageFailure } from '../options.ts';
import { readKeyOptions, USAGE, type NewKey } from './api-key-options.ts';
import { apiKeysFile, saveApiKeys, loadApiKeys } from './stored-secrets.ts';
import { lastUses } from './last-uses.ts';
import { keyTable } from './key-table.ts';
import { withLock } from './lock.ts';
import { newKey } from './new-key.ts';

/** `npm run api-key`: creates a key, prints it once and stores its hash. Can also list, revoke and remove keys. */
export async function apiKey(args: string[]): Promise<number> {
  const options = readKeyOptions(args);
  const { dataDir } = options;
  if ('list' in options) {
    const stored = loadApiKeys(dataDir);
    process.stdout.write(`${keyTable(stored, await lastUses(stored, dataDir), Date.now())}\n`);
  } else withLock(dataDir, () => changeKeys(options));
  return 0;
}

function changeKeys(options: Exclude<ReturnType<typeof readKeyOptions>, { list: true }>): void {
  const { dataDir } = options;
  const stored = loadApiKeys(dataDir);
  if ('revoke' in options) {
    saveApiKeys(dataDir, withRevoked(stored, options.revoke, dataDir));
    process.stderr.write(`Revoked key ${options.revoke}. ${TAKES_EFFECT}\n`);
  } else if ('remove' in options) {
    findKey(stored, options.remove, dataDir);
    const remaining = stored.filter(({ name }) => name !== options.remove);
    saveApiKeys(dataDir, remaining);
    process.stderr.write(`Removed key ${options.remove} from ${apiKeysFile(dataDir)}. ${TAKES_EFFECT}\n`);
  } else createKey(options, stored);
}

const TAKES_EFFECT =
  'A running `npm start` applies this within 2 s. If you use a different secret store, copy the file there too ' +
  '(docs/guides/secure-it.md).';

function createKey(options: NewKey, stored: readonly ApiKey[]): void {
  const { key, record } = newKey(options, Date.now());
  const keys = apiKeysSchema.safeParse([...stored, record]);
  if (!keys.success) {
    const errors = faultsOf(keys.error).map(
      ({ path, message }) => `  ${path.replace(/^\d+\./, '')}: ${message}`,
    );
    throw usageFailure([`The key is invalid:\n${errors.join('\n')}`], USAGE);
  }
  saveApiKeys(options.dataDir, keys.data);
  process.stderr.write(
    `Save this key now. It won't be shown again: ${apiKeysFile(options.dataDir)} stores only its hash. \`API_KEYS=on npm start\` accepts the ` +
      'key, within 2 s if it is already running. If you use a different secret store, add this record to the list in its ' +
      `apikeys secret:\n${JSON.stringify(record)}\n`,
  );
  process.stdout.write(`${key}\n`);
}

/** Returns the keys with `name` marked as revoked. */
function withRevoked(stored: readonly ApiKey[], name: string, dataDir: string): ApiKey[] {
  const { revokedAt } = findKey(stored, name, dataDir);
  if (revokedAt !== undefined) throw new Failure(`Key ${name} was already revoked at ${revokedAt}.`);
  const now = new Date().toISOString();
  return stored.map((key) => (key.name === name ? { ...key, revokedAt: now } : key));
}

function findKey(stored: readonly ApiKey[], name: string, dataDir: string): ApiKey {
  const found = stored.find((key) => key.name === name);
  if (found) return found;
  throw new Failure(
    `There is no key named ${name} in ${apiKeysFile(dataDir)}. \`npm run api-key -- --list\` lists all keys.`,
  );
}
