#!/usr/bin/env node
// `npm create tocsin <folder>` copies template/ and fills in the name. Plain JavaScript without dependencies because
// npm runs it before anything is installed.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const TEMPLATE = join(HERE, 'template');
const USAGE = `npm create tocsin <folder> [-- --packages FOLDER]

Creates a TypeScript service that publishes notifications, and a page that shows them.

  --packages FOLDER   install @tocsin/publish from its tarball in FOLDER instead of from your registry`;
/** Valid names. The name of a service is also its Dapr app id and its npm package name. */
const NAME = /^[a-z][a-z0-9-]{0,49}$/;
/** The app ids of Tocsin's applications. */
const TAKEN = new Set(['producer', 'bff']);

/** npm omits `.gitignore` files from packages, so the template contains `_gitignore` instead. */
const targetName = (file) => file.replace(/(^|\/)_gitignore$/, '$1.gitignore');

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { packages: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return { error: error.message, positionals: [], values: {} };
  }
}

/** Returns `undefined` if the path doesn't exist, for example because its parent is a file. */
function statOf(path) {
  try {
    return statSync(path);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Returns the path if it exists, otherwise its nearest parent that exists. */
const existingParentOf = (path) => (statOf(path) ? path : existingParentOf(dirname(path)));

function faultsOfTarget(target) {
  const parent = existingParentOf(target);
  if (!statOf(parent).isDirectory()) return [`${parent} is not a folder`];
  if (parent !== target) return [];
  return readdirSync(target).length > 0 ? [`${target} is not empty`] : [];
}

function faultsOfName(name) {
  if (TAKEN.has(name)) return [`the name ${name} is taken by one of Tocsin's own applications`];
  return NAME.test(name)
    ? []
    : [`the folder name ${name} is invalid: use up to 50 of a-z, 0-9 and -, starting with a letter`];
}

const tarballIn = (folder) => {
  const found = statOf(folder)?.isDirectory()
    ? readdirSync(folder).filter((file) => /^tocsin-publish-\d.*\.tgz$/.test(file))
    : [];
  return found.length === 1 ? join(folder, found[0]) : undefined;
};

function check({ error, positionals, values }) {
  const [target] = positionals;
  const name = target === undefined ? undefined : basename(resolve(target));
  const packages = values.packages === undefined ? undefined : resolve(values.packages);
  const tarball = packages === undefined ? undefined : tarballIn(packages);
  const errors = [
    ...(error === undefined ? [] : [error]),
    ...(positionals.length === 1 ? [] : ['specify exactly one folder']),
    ...(name === undefined ? [] : faultsOfName(name)),
    ...(target === undefined ? [] : faultsOfTarget(target)),
    ...(packages !== undefined && tarball === undefined
      ? [`${packages} must contain exactly one tocsin-publish-VERSION.tgz (\`npm pack\` creates it)`]
      : []),
  ];
  return { target, name, tarball, errors };
}

function filesIn(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesIn(folder, path) : [path];
  });
}

const parsed = readArguments();
if (parsed.values.help) {
  console.log(USAGE);
  process.exit(0);
}
const { target, name, tarball, errors } = check(parsed);
if (errors.length > 0) {
  console.error(`Nothing was created: ${errors.join('; ')}.\n\n${USAGE}`);
  process.exit(1);
}
const { version } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
for (const file of filesIn(TEMPLATE)) {
  const path = join(target, targetName(file));
  mkdirSync(dirname(path), { recursive: true });
  const text = readFileSync(join(TEMPLATE, file), 'utf8')
    .replaceAll('my-service', name)
    // Pass a function, because `$&` in a folder's name would have a special meaning in a replacement text.
    .replaceAll('TOCSIN_PACKAGE', () => (tarball === undefined ? `^${version}` : `file:${tarball}`));
  writeFileSync(path, text);
}
console.log(`Created ${target}. Next:

  cd ${target}
  npm install
  npm start

Tocsin must also be running. In your clone of its repository, run:

  ALLOWED_ORIGINS=http://localhost:3000 npm start

See README.md for details.`);
