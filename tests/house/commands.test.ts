import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandsOf, isRun, pages, readPage } from '../guides/commands.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Commands that tests/guides doesn't run verbatim, mapped to the test in `.ci/run` that runs them with other values.
 */
const RUN_BY: [RegExp, string][] = [
  [/^(?:[A-Z_]+=\S+ )*npm start/, 'tests/tools/start.test.ts'],
  [/^docker compose (?:up|down|logs|run) /, 'tests/compose/compose.test.ts'],
  [/compose\/(?:third-bff|publisher)\.yml/, 'tests/compose/compose.test.ts'],
  [/^npm run (?:containers|deploy)\b/, 'tests/k8s/k8s.test.ts'],
  [/^npm run doctor|^export DOCTOR_/, 'tests/doctor/doctor.test.ts'],
  [/^export |^dapr run -f dapr\.yaml$/, 'tests/security/dapr-run.test.ts'],
  [/^helm (?:lint|template) /, 'tests/k8s/chart.test.ts'],
  [/^promtool /, 'tests/observe/rules.test.ts'],
  [/^npm run capacity|^npm run --silent capacity/, 'lab/src/capacity/model/model.test.ts'],
  [/examples\/outbox\/place-orders\.mjs/, 'tests/recovery/outbox.test.ts'],
  [/^npx vite examples\/vue-app/, 'tests/ui/embedded/example.test.ts'],
  [/^npm (?:run build -- client|pack|install) ?/, 'tests/build/packages.test.ts'],
  [/^npm run (?:--silent )?(?:token|api-key) -- (?:--revoke|--sub|--name)/, 'tests/auth/revocation.test.ts'],
  [/"sub":"ada"/, 'tests/auth/revocation.test.ts'],
  [/^npm run --silent audit/, 'tests/security/audit-trail.test.ts'],
  [/email-preview\?/, 'bff/src/http/ops/email-preview.test.ts'],
  [/^redis-server --aclfile/, 'tests/security/locked-down.test.ts'],
  [
    /^(?:openssl|printf 'subject|mkdir -p \.data\/tls|redis-server --port 0)/,
    'tests/redis/tls-stack.test.ts',
  ],
];

/** Commands that no test in `.ci/run` runs, and why. */
const BY_HAND: [RegExp, string][] = [
  [
    /^git clone|^npm (?:run check|test)\b|^npm run test:|vitest run/,
    'fetches the repository, or runs the tests, including this one',
  ],
  [/^npm run (?:bench|docs:dev|release)|^# npm pack/, 'takes minutes'],
  [/^dapr (?:publish|invoke) /, 'needs the Dapr CLI; tests/produce/ways-in.test.ts makes the same calls'],
  [/--profile|^AWAY_FILE=.*docker compose/, 'needs images that no test uses'],
  [/compose\/redis-cluster\.yml/, 'npm run test:redis'],
  [
    /compose\/redis-external\.yml|^mkdir -p \.data\/redis-external|^printf "REDIS_USERNAME|^umask 027$/,
    'needs your own Redis',
  ],
  [/^umask 077$|^touch \.env$|NOTIFICATION_KEYS_apikeys/, 'writes .env'],
  [/^valkey-cli --cluster fix /, 'needs a cluster that has lost a master and its replica'],
  [/^kubectl |^docker save /, 'changes or reads your cluster'],
  [/^helm install /, 'npm run test:tenants'],
  [/^inside/, 'needs Compose’s containers'],
  [/\/v1\.0\/metadata/, 'needs the sidecars of npm start, and the token that it generates'],
  [/^npm run dead-letters/, 'needs a set-aside record; tests/ops/ops.test.ts makes the same calls'],
];

const commands = pages().flatMap((page) =>
  commandsOf(readPage(page), { byHand: true })
    .filter(({ text }) => text.trim() !== '')
    .map((command) => ({ page, command, text: command.text.trim() })),
);
const others = commands.filter(({ page, command }) => !isRun(page, command));
const reasonFor = (text: string) => [...BY_HAND, ...RUN_BY].find(([pattern]) => pattern.test(text));

it('every command in the docs should be run by tests/guides, or be listed with another test or an explanation', () => {
  const unknown = others.filter(({ text }) => reasonFor(text) === undefined);
  expect(unknown.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
});

it('the lists should contain only existing tests, and each entry should match a command', () => {
  for (const [, test] of RUN_BY) expect(existsSync(join(ROOT, test)), test).toBe(true);
  const used = new Set(others.map(({ text }) => reasonFor(text)));
  const unused = [...RUN_BY, ...BY_HAND].filter((entry) => !used.has(entry));
  expect(unused.map(([pattern]) => String(pattern))).toEqual([]);
});
