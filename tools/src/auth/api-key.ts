import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { apiKeysSchema, faultsOf } from '@tocsin/contracts';
import { Failure, messageOf } from '../failure.ts';
import { DATA_DIR } from '../paths.ts';
import { apiKeysFile, keepApiKeys, keptApiKeys } from './kept-secrets.ts';

const USE =
  "Use: npm run --silent api-key -- --name shop --feeds 'all,topic:orders*' [--per-second 50]\n" +
  '     npm run api-key -- --remove shop';

/** `npm run api-key`: makes a key, prints it this once and keeps its hash for `npm start`; or removes one. */
export async function apiKey(args: string[]): Promise<number> {
  const { name, feeds, 'per-second': perSecond, remove, data } = readArgs(args);
  const kept = keptApiKeys(data);
  if (remove !== undefined) {
    const left = kept.filter((key) => key.name !== remove);
    if (left.length === kept.length) throw new Failure(`There is no key ${remove} in ${apiKeysFile(data)}.`);
    keepApiKeys(data, left);
    process.stderr.write(`Removed from ${apiKeysFile(data)}; a start of Tocsin from now on refuses it.\n`);
    return 0;
  }
  const key = `tocsin_${randomBytes(32).toString('base64url')}`;
  const record = {
    name,
    hash: createHash('sha256').update(key).digest('hex'),
    feeds: feeds.split(',').filter(Boolean),
    perSecond: Number(perSecond),
  };
  const keys = apiKeysSchema.safeParse([...kept, record]);
  if (!keys.success) {
    const faults = faultsOf(keys.error).map(
      ({ path, message }) => `  ${path.replace(/^\d+\./, '')}: ${message}`,
    );
    throw new Failure(`The key cannot be made:\n${faults.join('\n')}\n${USE}`);
  }
  keepApiKeys(data, keys.data);
  process.stderr.write(
    `The key is printed this once; ${apiKeysFile(data)} has its hash. \`API_KEYS=on npm start\` asks for it from its ` +
      `next start. For another secret store: the secret apikeys holds a list of such records:\n${JSON.stringify(record)}\n`,
  );
  process.stdout.write(`${key}\n`);
  return 0;
}

function readArgs(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        name: { type: 'string', default: '' },
        feeds: { type: 'string', default: '' },
        'per-second': { type: 'string', default: '50' },
        remove: { type: 'string' },
        data: { type: 'string', default: DATA_DIR },
      },
    });
    return values;
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n${USE}`);
  }
}
