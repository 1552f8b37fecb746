import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(ROOT, '.oxlintrc.json');

type Setting = string | number | [string | number, ...unknown[]];
const isOn = (setting: Setting | undefined): boolean =>
  !['off', 0, undefined].includes([setting].flat()[0] as string);

/** Preset rules that this repository doesn't use. */
const UNUSED = [
  // Octal literals are syntax errors in modules anyway.
  'no-octal',
  // `() => call()` with a void result is shorter than a block and just as clear.
  'no-confusing-void-expression',
  'no-invalid-void-type',
  // Methods that implement a port are always async, so that they reject instead of throwing.
  'require-await',
  // These rules are for features that this code doesn't use: enums, and plain objects in place of class instances.
  'no-unsafe-enum-assignment',
  'no-unsafe-enum-comparison',
  'no-unsafe-class-instance-assignment',
  // These rules overlook changes made in callbacks and in other turns of the event loop.
  'no-unnecessary-condition',
  'no-unnecessary-boolean-literal-compare',
];

it('.oxlintrc.json should enable every preset rule that isn’t listed as unused', () => {
  const presets: Record<string, Setting> = {};
  for (const { rules } of [eslint.configs.recommended, ...tseslint.configs.strictTypeChecked]) {
    Object.assign(presets, rules);
  }
  const { rules } = JSON.parse(readFileSync(CONFIG, 'utf8')) as { rules: Record<string, Setting> };
  const names = Object.keys(presets)
    .filter((name) => isOn(presets[name]))
    .map((name) => name.replace('@typescript-eslint/', ''))
    .filter((name) => !UNUSED.includes(name));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !isOn(rules[name]) && !isOn(rules[`typescript/${name}`]))).toEqual([]);
});

const PRELUDE =
  'declare const any: any; declare const work: () => Promise<number>; declare const text: string;\n';

/** Maps each rule to code that breaks it. */
const FAULTS: Record<string, string> = {
  'await-thenable': 'export const f = async () => { await text; };',
  'ban-ts-comment': '// @ts-ignore\nexport const f = text;',
  'consistent-type-imports': "import { Stats } from 'node:fs';\nexport type F = Stats;",
  eqeqeq: 'export const f = (a: string, b: string) => a == b;',
  'max-lines': `export const f = 1;\n${'// line\n'.repeat(301)}`,
  'no-array-delete': 'declare const list: string[];\ndelete list[0];',
  'no-base-to-string': 'export const f = (a: object) => String(a);',
  'no-deprecated': '/** @deprecated */\nconst old = 1;\nexport const f = old;',
  'no-empty': 'try { JSON.parse(text); } catch {}',
  'no-explicit-any': 'export const f = (value: any) => String(value);',
  'no-floating-promises': 'work();',
  'no-for-in-array': 'declare const list: string[];\nfor (const f in list) console.log(f);',
  'no-misused-promises': '[1].forEach(async () => { await work(); });',
  'no-misused-spread': 'export const f = { ...work() };',
  'no-non-null-assertion': 'declare const f: string | undefined;\nexport const g = f!.length;',
  'no-redundant-type-constituents': 'export type F = string | unknown;',
  'no-unnecessary-type-arguments':
    'const f = <T = string>() => ({}) as { t?: T };\nexport const g = f<string>();',
  'no-unnecessary-type-assertion': 'export const f = text as string;',
  'no-unnecessary-type-parameters': 'export const f = <T,>(value: T) => console.log(value);',
  'no-unsafe-argument': 'export const f = Number.parseInt(any, 10);',
  'no-unsafe-assignment': 'export const f = any;',
  'no-unsafe-call': 'any();',
  'no-unsafe-member-access': 'export const f: string = any.name as string;',
  'no-unsafe-return': 'export const f = (): string => any;',
  'no-unused-vars': 'const f = 1;\nexport const g = 2;',
  'only-throw-error': 'export const f = () => { throw text; };',
  'prefer-promise-reject-errors': 'export const f = () => Promise.reject(text);',
  'preserve-caught-error': 'try { JSON.parse(text); } catch (error) { throw new Error(`${typeof error}`); }',
  'restrict-plus-operands': 'export const f = text + 1;',
  'restrict-template-expressions': 'export const f = (a: object) => `${a}`;',
  'return-await':
    'export const f = async () => { try { return work(); } catch (error) { console.log(error); return 1; } };',
  'switch-exhaustiveness-check':
    "export const f = (a: 'b' | 'c') => { switch (a) { case 'b': return 1; } return 2; };",
  'unbound-method': 'class A { b() { return this; } }\nexport const f = new A().b;',
  'use-unknown-in-catch-callback-variable': 'work().catch((error) => { console.log(String(error)); });',
};

describe('oxlint', () => {
  const found: Record<string, string[]> = {};
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-lint-'));
    mkdirSync(join(folder, 'bff'));
    const tsconfig = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        incremental: false,
        tsBuildInfoFile: null,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      include: ['bff'],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    for (const [rule, code] of Object.entries(FAULTS)) {
      writeFileSync(
        join(folder, 'bff', `${rule}.ts`),
        PRELUDE + code + '\nexport const end = [any, work, text].length;\n',
      );
    }
    const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const { stdout } = spawnSync(
      process.execPath,
      [oxlint, '-c', CONFIG, '--type-aware', '-f', 'json', 'bff'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
    for (const { code, filename } of diagnostics) {
      const rule = code.slice(code.indexOf('(') + 1, -1);
      (found[filename.replace(/^bff\/|\.ts$/g, '')] ??= []).push(rule);
    }
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(FAULTS))('should report an error for %s', (rule) => {
    expect(found[rule]).toContain(rule);
  });
});
