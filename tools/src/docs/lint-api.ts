import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@tocsin/producer';
import { Failure } from '../failure.ts';
import { ARTIFACTS_DIR, ROOT } from '../paths.ts';
import { run } from '../process/run.ts';
import { requestsFile, type Requests } from './smallest-bodies.ts';
import { startMemoryBff } from './memory-bff.ts';

const FOLDER = join(ARTIFACTS_DIR, 'api');
/** A package that pins the linters' versions. It isn't a workspace because only this command needs the linters. */
const LINTERS = join(ROOT, 'tools', 'api-linters');
const PARSE = `import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
const { diagnostics } = await new Parser().parse(readFileSync('bff-asyncapi.json', 'utf8'));
const errors = diagnostics.filter(({ severity }) => severity === 0);
for (const { path, message } of errors) console.error(path.join('.') + ': ' + message);
process.exit(errors.length > 0 ? 1 : 0);
`;

const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext'];

const say = (line: string) => process.stdout.write(`${line}\n`);

const write = (name: string, text: string) => writeFileSync(join(FOLDER, name), text);

/** Writes the documents as served by the applications, and a TypeScript file of requests for each OpenAPI document. */
async function writeDocuments(): Promise<void> {
  const bff = await startMemoryBff();
  try {
    for (const kind of ['openapi', 'asyncapi']) {
      const text = await (await fetch(`${bff.url}/${kind}.json`)).text();
      write(`bff-${kind}.json`, text);
      if (kind === 'openapi') write('bff-requests.ts', requestsFile('bff', JSON.parse(text) as Requests));
    }
  } finally {
    await bff.stop();
  }
  write('producer-openapi.json', JSON.stringify(openApiDocument(), null, 2));
  write('producer-requests.ts', requestsFile('producer', openApiDocument()));
}

/**
 * `npm run lint:api`: checks the OpenAPI documents with Redocly, generates types from them with openapi-typescript, and
 * compiles each operation's smallest request against these types. Checks the AsyncAPI document with AsyncAPI's parser.
 * Installs these programs into .artifacts/api.
 * @throws Failure with the findings
 */
export async function lintApi(): Promise<number> {
  mkdirSync(FOLDER, { recursive: true });
  await writeDocuments();
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(LINTERS, name), join(FOLDER, name));
  write('parse.mjs', PARSE);
  const steps = [
    ['install', 'npm', 'ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'],
    ...['bff', 'producer'].flatMap((app) => [
      [`redocly, ${app}`, 'npx', 'redocly', 'lint', '--extends', 'minimal', `${app}-openapi.json`],
      [`openapi-typescript, ${app}`, 'npx', 'openapi-typescript', `${app}-openapi.json`, '-o', `${app}.d.ts`],
    ]),
    ['tsc', 'npx', 'tsc', ...STRICT, 'bff.d.ts', 'producer.d.ts', 'bff-requests.ts', 'producer-requests.ts'],
    ['asyncapi', process.execPath, 'parse.mjs'],
  ];
  for (const [name = '', program = '', ...args] of steps) {
    const { code, output } = await run(program, args, { cwd: FOLDER, env: { REDOCLY_TELEMETRY: 'off' } });
    if (code !== 0) throw new Failure(`${name} found errors:\n${output}`);
    say(`Passed: ${name}`);
  }
  return 0;
}
