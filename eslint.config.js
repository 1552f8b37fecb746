import eslint from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import * as regexp from 'eslint-plugin-regexp';
import vue from 'eslint-plugin-vue';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';
import { elements, files, policies, policiesOf } from './eslint.rooms.js';

/**
 * Rules that oxlint lacks, and all rules for `.vue` files and scripts. The remaining TypeScript rules are in
 * `.oxlintrc.json`: oxlint uses the native compiler, so even type-aware rules run in seconds.
 */
const TYPESCRIPT = ['**/*.ts'];
const SCRIPTS = ['**/*.{js,mjs}'];
const VUE = ['{ui,client-vue}/src/**/*.vue'];
const SOURCES = ['*/src/**/*.{ts,vue}'];
const TESTS = ['**/*.test.ts', 'tests/**', '*/src/testing/**', '*/testing/**'];
/** Only these files may read the environment. All other code gets settings passed in. */
const CONFIGS = [
  '*/src/config.ts',
  'ui/src/server/config.ts',
  'tools/first-stage.mjs',
  'service/healthcheck.mjs',
  'compose/sidecar/first-start.mjs',
  'examples/outbox/place-orders.mjs',
  'k8s/chart/files/canary.mjs',
  'tests/**',
];
/** Configuration files of tools that require a default export. */
const DEFAULT_EXPORTS = ['*.config.{js,ts}', '*/*.config.{js,ts}', 'examples/*/*.config.js'];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Use a named export, so the name is the same everywhere.',
};
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only config.ts reads and validates the environment. Pass settings as parameters.',
};
const noPromiseCatchAll = {
  selector:
    'CallExpression[callee.property.name="catch"] > :matches(ArrowFunctionExpression, FunctionExpression)[body.type="BlockStatement"][body.body.length=0]',
  message: 'This hides failures. Log or handle the error.',
};

const allowOnly = (policies) => ['error', { default: 'disallow', checkAllOrigins: true, policies }];

const nodeGlobals = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'setTimeout',
    'setInterval',
    'clearTimeout',
    'clearInterval',
    'fetch',
    'AbortSignal',
    'Buffer',
    'performance',
  ].map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '.data/',
    '.artifacts/',
    'coverage/',
    'tools/dapr/',
    'docs/',
    '**/node_modules/',
    // Covered by tests/build/create-tocsin.test.ts, which creates a project from the template and checks its types.
    'create-tocsin/template/',
  ]),
  {
    files: [...SCRIPTS, ...VUE],
    extends: [eslint.configs.recommended],
    rules: {
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      'max-lines': ['error', 300],
    },
  },
  {
    files: TYPESCRIPT,
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser },
  },
  {
    files: VUE,
    extends: [tseslint.configs.strict, vue.configs['flat/recommended']],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] },
    },
    rules: {
      // Left to the formatter.
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      // The TypeScript compiler finds undefined names more precisely.
      'no-undef': 'off',
    },
  },
  {
    files: ['ui/public/**/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        [
          'console',
          'document',
          'localStorage',
          'location',
          'matchMedia',
          'navigator',
          'self',
          'URL',
          'URLSearchParams',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.mjs', '*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    plugins: { regexp },
    rules: {
      // Without these rules, a crafted string in a request could keep a process busy for minutes.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
    },
  },
  { rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnvironment, noPromiseCatchAll] } },
  { files: DEFAULT_EXPORTS, rules: { 'no-restricted-syntax': ['error', noPromiseCatchAll] } },
  { files: CONFIGS, rules: { 'no-restricted-syntax': ['error', noDefaultExport, noPromiseCatchAll] } },
  {
    files: SOURCES,
    ignores: TESTS,
    plugins: { boundaries },
    settings: {
      'import/resolver': {
        typescript: { project: ['tsconfig.json', 'ui/tsconfig.json'], noWarnOnMultipleProjects: true },
      },
      'boundaries/legacy-templates': false,
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': elements,
      'boundaries/files': files,
      'boundaries/include': ['*/src/**/*', '*/testing/**/*'],
    },
    rules: { 'boundaries/no-unknown-files': 'error', 'boundaries/dependencies': allowOnly(policies) },
  },
  // The last matching block wins, so a file in nested rooms gets the innermost room's rules.
  ...elements.toReversed().map(({ type, pattern }) => ({
    files: [`${pattern}/**/*.{ts,vue}`],
    ignores: TESTS,
    rules: { 'boundaries/dependencies': allowOnly(policiesOf(type)) },
  })),
  {
    // Browsers load these files. Importing a value from a file with schemas would pull in the schema library.
    files: ['contracts/src/events/*.ts'],
    ignores: TESTS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['../*', 'zod'], allowTypeImports: true, message: 'Import only types here.' }],
        },
      ],
    },
  },
);
