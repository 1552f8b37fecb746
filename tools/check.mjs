// `npm run check`: checks formatting and types, then runs lint, the check for unused packages and exports, the unit
// tests, and the test of the generated part of docs/scaling.md. After a failure, starts no further steps.
// `npm run check -- --changed` covers only files that differ from the last commit: formatting, lint, and the unit tests
// next to them. It also checks types, except in pages (ui, client-vue). `npm run check:lab` checks the lab.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { changed: { type: 'boolean', default: false }, lab: { type: 'boolean', default: false } },
});

const npm = (script) => ({ name: script, command: ['npm', 'run', '--silent', script] });
const local = (name, tool, ...args) => ({ name, command: ['npx', '--no-install', tool, ...args] });

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).split('\0').filter(Boolean);

/** Steps in the order they start. Two run at a time. Lint runs alongside the tests, many of which mostly wait. */
const ALL = [
  ...['types:node', 'format', 'types:vue', 'test:unit', 'lint:code', 'lint:rooms', 'packages'].map(npm),
  local('scaling.md', 'vitest', 'run', '--project=lab', 'lab/src/capacity/saved-files.test.ts'),
];
const LAB = ['types:lab', 'lint:lab', 'test:lab'].map(npm);

/** Files that may import `.vue` files. Only `npm run types:vue` can type-check these. */
const PAGES = /^(ui\/(?!src\/server\/)|client-vue\/|client\/src\/vue\/)/;

function changed() {
  const files = [
    ...git('diff', '--name-only', '--diff-filter=d', '-z', 'HEAD'),
    ...git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
  const code = files.filter((file) => /\.(ts|js|mjs|vue)$/.test(file));
  const sources = code.filter((file) => /^[\w-]+\/src\/.*\.ts$/.test(file));
  const typescript = code.filter((file) => file.endsWith('.ts'));
  const pages = typescript.filter((file) => PAGES.test(file));
  const plain = typescript.filter((file) => !PAGES.test(file));
  const lint = ['oxlint', '--type-aware', '--deny-warnings', '--no-error-on-unmatched-pattern'];
  const tests = sources
    .map((file) => file.replace(/(\.test)?\.ts$/, '.test.ts'))
    .filter((file) => existsSync(file));
  return [
    files.length > 0 && local('format', 'oxfmt', '--check', '--no-error-on-unmatched-pattern', ...files),
    plain.length > 0 && local('types and lint:code', ...lint, '--type-check', ...plain),
    pages.length > 0 && local('lint:code', ...lint, ...pages),
    code.length > 0 && local('lint:rooms', 'eslint', '--max-warnings=0', '--no-warn-ignored', ...code),
    tests.length > 0 && local('tests', 'vitest', 'run', '--project=unit', '--project=lab', ...new Set(tests)),
  ].filter(Boolean);
}

/** Runs a step, then prints its output. Resolves with true if the step passed. */
const run = ({ name, command: [file, ...args] }) =>
  new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (data) => output.push(data));
    child.stderr.on('data', (data) => output.push(data));
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(output));
      console.log(`${code === 0 ? '✓' : '✗'} ${name} (${secondsSince(started)} s)\n`);
      resolve(code === 0);
    });
  });

const secondsSince = (started) => ((performance.now() - started) / 1_000).toFixed(1);

/** Runs the steps, two at a time, until a step fails. Resolves with true if all passed. */
async function runAll(steps) {
  const remaining = [...steps];
  let passed = true;
  const work = async () => {
    while (passed && remaining.length > 0) passed = (await run(remaining.shift())) && passed;
  };
  await Promise.all([work(), work()]);
  return passed;
}

const started = performance.now();
const passed = await runAll(values.lab ? LAB : values.changed ? changed() : ALL);
console.log(
  `${passed ? 'Check passed' : 'Check failed: see the output above'} (${secondsSince(started)} s).`,
);
process.exitCode = passed ? 0 : 1;
