import { resolve } from 'node:path';
import { newVapidKeys, readVapidKeys } from '@tocsin/bff/away/vapid';
import { Failure } from '../failure.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR } from '../paths.ts';
import { keepVapid, keptVapid, vapidFile } from './kept-secrets.ts';

const USAGE = 'npm run --silent vapid [-- --print | --replace] [--data DIR]';

/**
 * `npm run vapid`: creates and keeps the key pair with which push services recognise us. `--print` prints the secret, for
 * other secret stores. Kept keys stay, because every browser that registered with them would have to register again.
 */
export function vapid(args: string[]): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: {
      print: { type: 'boolean', default: false },
      replace: { type: 'boolean', default: false },
      data: { type: 'string', default: DATA_DIR },
    },
  });
  if (values.print && values.replace) throw usageFailure(['Use only one of --print and --replace'], USAGE);
  const dataDir = resolve(values.data);
  const file = vapidFile(dataDir);
  const kept = values.replace ? undefined : keptVapid(dataDir);
  const secret = kept ?? JSON.stringify(newVapidKeys());
  const { publicKey } = readKept(secret, file);
  if (kept === undefined) keepVapid(dataDir, secret);
  process.stderr.write(
    `${kept === undefined ? 'Created' : 'Kept'}: ${file}, with the public key ${publicKey}. \`npm start\` reads it when ` +
      'it starts.\n',
  );
  if (values.replace)
    process.stderr.write('Browsers that registered with another key have to register again.\n');
  if (values.print) process.stdout.write(`${secret}\n`);
  return Promise.resolve(0);
}

function readKept(secret: string, file: string) {
  try {
    return readVapidKeys(secret);
  } catch (error) {
    const { message } = error as Error;
    throw new Failure(`${file} can't be used. Correct it, or replace it with --replace:\n${message}`);
  }
}
