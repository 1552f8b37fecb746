import { resolve } from 'node:path';
import { newVapid, readVapid, subjectSchema } from '@tocsin/bff/away/vapid';
import { Failure } from '../failure.ts';
import { parseOptions, throwIfInvalid } from '../options.ts';
import { DATA_DIR } from '../paths.ts';
import { saveVapid, loadVapid, vapidFile } from './stored-secrets.ts';

const USAGE =
  'npm run vapid -- --subject mailto:ops@shop.example [--replace] [--data DIR]\n' +
  '       npm run --silent vapid -- --print [--data DIR]';

/**
 * `npm run vapid`: creates and stores the key pair that identifies us to push services. `--print` prints the secret for
 * use in other secret stores. Keeps existing keys unless `--replace` is given, since replacing them forces all
 * registered browsers to register again.
 */
export function vapid(args: string[]): Promise<number> {
  const { values } = parseOptions(args, USAGE, {
    options: {
      subject: { type: 'string' },
      print: { type: 'boolean', default: false },
      replace: { type: 'boolean', default: false },
      data: { type: 'string', default: DATA_DIR },
    },
  });
  const { print, replace, subject } = values;
  const dataDir = resolve(values.data);
  const file = vapidFile(dataDir);
  const existing = replace ? undefined : loadVapid(dataDir);
  throwIfInvalid(validate({ print, replace, subject, exists: existing !== undefined }), USAGE);
  const secret = existing ?? JSON.stringify(newVapid(subject ?? ''));
  const { publicKey } = parseVapid(secret, file);
  if (existing === undefined) saveVapid(dataDir, secret);
  process.stderr.write(
    `${existing === undefined ? 'Created' : 'Kept the existing'} ${file}, with public key ${publicKey}. \`npm start\` reads this ` +
      'file on startup.\n',
  );
  if (replace) process.stderr.write('Browsers that registered with the previous key must register again.\n');
  if (print) process.stdout.write(`${secret}\n`);
  return Promise.resolve(0);
}

function validate(options: {
  print: boolean;
  replace: boolean;
  subject: string | undefined;
  exists: boolean;
}) {
  const { print, replace, subject, exists } = options;
  if (print && replace) return ['Use only one of --print and --replace'];
  if (exists)
    return subject === undefined ? [] : ['The keys already exist. Use --subject only with --replace'];
  if (print) return ['There are no keys yet. Create them with --subject'];
  if (subject === undefined)
    return ['--subject is missing: operators of push services use it to contact you'];
  return subjectSchema.safeParse(subject).success ? [] : ['--subject must be a mailto: or https: address'];
}

function parseVapid(secret: string, file: string) {
  try {
    return readVapid(secret);
  } catch (error) {
    const { message } = error as Error;
    throw new Failure(`${file} can't be used. Correct it, or replace it with --replace:\n${message}`);
  }
}
