import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@tocsin/producer';
import { Failure } from '../failure.ts';
import { ARTIFACTS_DIR } from '../paths.ts';
import { run } from '../process/run.ts';
import { startMemoryBff } from './memory-bff.ts';

const FOLDER = join(ARTIFACTS_DIR, 'api');
/** Not in package.json, because only this command needs these 396 packages. npm caches them. */
const LINTERS = [
  '@redocly/cli@1.34.5',
  'openapi-typescript@7.10.1',
  '@asyncapi/parser@3.4.0',
  'typescript@5.9.3',
];
const PARSE = `import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
const { diagnostics } = await new Parser().parse(readFileSync('bff-asyncapi.json', 'utf8'));
const errors = diagnostics.filter(({ severity }) => severity === 0);
for (const { path, message } of errors) console.error(path.join('.') + ': ' + message);
process.exit(errors.length > 0 ? 1 : 0);
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Writes the OpenAPI and AsyncAPI documents as the applications serve them. */
async function writeDocuments(): Promise<void> {
  const bff = await startMemoryBff();
  try {
    for (const kind of ['openapi', 'asyncapi']) {
      const response = await fetch(`${bff.url}/${kind}.json`);
      writeFileSync(join(FOLDER, `bff-${kind}.json`), await response.text());
    }
  } finally {
    await bff.stop();
  }
  writeFileSync(join(FOLDER, 'producer-openapi.json'), JSON.stringify(openApiDocument(), null, 2));
}

/**
 * `npm run lint:api`: checks the OpenAPI documents with Redocly, compiles types from them with openapi-typescript, and
 * checks the AsyncAPI document with AsyncAPI's parser. Installs these tools into .artifacts/api.
 * @throws Failure with the findings
 */
export async function lintApi(): Promise<number> {
  mkdirSync(FOLDER, { recursive: true });
  await writeDocuments();
  writeFileSync(join(FOLDER, 'package.json'), '{"private":true,"type":"module"}\n');
  writeFileSync(join(FOLDER, 'parse.mjs'), PARSE);
  const install = ['install', '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const steps = [
    ['install', 'npm', ...install, ...LINTERS],
    ...['bff', 'producer'].flatMap((app) => [
      [`redocly, ${app}`, 'npx', 'redocly', 'lint', '--extends', 'minimal', `${app}-openapi.json`],
      [`openapi-typescript, ${app}`, 'npx', 'openapi-typescript', `${app}-openapi.json`, '-o', `${app}.d.ts`],
    ]),
    ['tsc', 'npx', 'tsc', '--noEmit', '--strict', 'bff.d.ts', 'producer.d.ts'],
    ['asyncapi', process.execPath, 'parse.mjs'],
  ];
  for (const [name = '', program = '', ...args] of steps) {
    const { code, output } = await run(program, args, { cwd: FOLDER, env: { REDOCLY_TELEMETRY: 'off' } });
    if (code !== 0) throw new Failure(`${name} found errors:\n${output}`);
    say(`Passed: ${name}`);
  }
  return 0;
}
