import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../../tools/src/deploy/chart/chart.ts';
import type { Document } from '../../tools/src/deploy/manifests/kustomize.ts';
import { helmWith } from './helm.ts';

const INSTALLED = '2026-03-02T08:00:00Z';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-chart-secrets-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Renders the release's Secrets as in a cluster with this `ops` Secret, because `helm template` never looks any up. */
async function secretsWith(existing: object, options: string[] = []): Promise<Map<string, unknown>> {
  cpSync(CHART, dir, { recursive: true });
  const helpers = join(dir, 'templates', '_helpers.tpl');
  const text = readFileSync(helpers, 'utf8');
  const found = `get (fromJson ${JSON.stringify(JSON.stringify({ ops: existing }))}) $name | default dict`;
  const service = `fromJson ${JSON.stringify(JSON.stringify({ metadata: { creationTimestamp: INSTALLED } }))}`;
  const changed = text
    .replace('lookup "v1" "Secret" $top.Release.Namespace $name', () => found)
    .replace('lookup "v1" "Service" $top.Release.Namespace "bff"', () => service);
  expect(changed).not.toContain('lookup "');
  writeFileSync(helpers, changed);
  const values = { bff: { settings: { AUTH_MODE: 'jwt' } } };
  const { code, output, stdout } = await helmWith(['template', 'ours', dir, ...options], values);
  expect(code, output).toBe(0);
  const documents = parseAllDocuments(stdout).map((document) => document.toJS() as Document | null);
  return new Map(
    documents.flatMap((document) =>
      document?.kind === 'Secret' ? [[document.metadata.name, document['data']]] : [],
    ),
  );
}

const madeBy = (release: string) => ({ annotations: { 'meta.helm.sh/release-name': release } });
const before = { creationTimestamp: '2026-03-02T07:59:59Z' };
const after = { creationTimestamp: '2026-03-02T08:00:01Z' };
const data = { token: 'b2xk' };

it.each([
  ['made', madeBy('ours'), []],
  ['made, in an upgrade', { ...madeBy('ours'), ...before }, ['--is-upgrade']],
  ['made, and kubectl made again, in an upgrade', after, ['--is-upgrade']],
])('should keep the value of a Secret that the release %s', async (_, metadata, options) => {
  const secrets = await secretsWith({ metadata, data }, options);
  expect(secrets.get('ops')).toEqual(data);
});

it.each([
  ['another release', madeBy('theirs'), []],
  ['another release, in an upgrade', { ...madeBy('theirs'), ...after }, ['--is-upgrade']],
  ['kubectl', after, []],
  ['kubectl, in an upgrade', before, ['--is-upgrade']],
])('should leave a Secret of %s alone, and create the missing ones', async (_, metadata, options) => {
  const secrets = await secretsWith({ metadata, data }, options);
  expect([...secrets.keys()].sort()).toEqual(
    ['redis', 'redis-operator', 'dapr-api-token', 'app-api-token', 'jwt', 'internal'].sort(),
  );
});
