import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../paths.ts';
import { NAMESPACE } from '../manifests/kustomization.ts';
import { documentsIn, kustomize, type Document } from '../manifests/kustomize.ts';
import { nameOf, documentsWithRules, templateOf } from './manifests.ts';
import { TemplateText } from './template-text.ts';

export const CHART = join(ROOT, 'k8s', 'chart');
const BASE = join(ROOT, 'k8s', 'base');
const GENERATED =
  '{{- /* Generated from k8s/base by `npm run chart`. Edit k8s/base or tools/src/deploy/chart instead. */ -}}\n';

/**
 * Returns the name of the template file for a document. Dapr's kinds share a file, so one hash covers them all. The
 * pods restart if that hash changes.
 */
const fileOf = ({ kind, metadata }: Document): string => {
  if (['Component', 'Configuration', 'Resiliency'].includes(kind)) return 'dapr.yaml';
  if (kind === 'NetworkPolicy') return 'network-policies.yaml';
  if (kind === 'Ingress') return 'ingress.yaml';
  if (kind === 'ResourceQuota' || kind === 'LimitRange') return 'quota.yaml';
  if (['ServiceAccount', 'Role', 'RoleBinding'].includes(kind)) return 'service-accounts.yaml';
  return `${metadata.name}.yaml`;
};

const settingsIn = (file: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(join(BASE, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** A named template with the settings of k8s/base/<app>.env. The `tocsin.settings` helper includes it. */
const defaultsOf = (app: string): string =>
  `{{- define "tocsin.defaults.${app}" -}}\n${stringify(settingsIn(`${app}.env`), { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })}{{- end }}\n`;

const settingsMap = (app: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${app}
  labels:
    app.kubernetes.io/part-of: tocsin
data: {{ include "tocsin.settings" (list $ "${app}") | nindent 2 }}
`;

function redisMap(): string {
  const files = ['redis.conf', 'redis-users.acl', 'redis-start.sh'];
  const data = Object.fromEntries(files.map((file) => [file, readFileSync(join(BASE, file), 'utf8')]));
  const document = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'redis' }, data };
  return templateOf(document, new TemplateText());
}

/**
 * The chart's generated templates by file name. They specify no namespace, so everything goes into the release's
 * namespace.
 * @throws Error if a rule for the chart refers to a document that k8s/base no longer has
 */
export function generatedTemplates(): Map<string, string> {
  const documents = [
    ...kustomize(BASE),
    ...documentsIn(join(ROOT, 'k8s', 'components', 'publish', 'ingress.yaml')),
    ...documentsIn(join(ROOT, 'k8s', 'components', 'quota', 'quota.yaml')),
  ].filter(({ kind }) => kind !== 'Namespace');
  const existing = new Set(documents.map(nameOf));
  const missing = documentsWithRules().filter((name) => !existing.has(name));
  if (missing.length > 0)
    throw new Error(`The chart has rules for ${missing.join(', ')}, but k8s/base has no such documents.`);
  const parts = new Map<string, string[]>();
  const add = (file: string, text: string) => parts.set(file, [...(parts.get(file) ?? []), text]);
  for (const document of documents) add(fileOf(document), templateOf(document, new TemplateText()));
  add('redis-config.yaml', redisMap());
  for (const app of ['producer', 'bff']) {
    add('settings.yaml', settingsMap(app));
    add('_defaults.tpl', defaultsOf(app));
  }
  return new Map(
    [...parts].map(([file, texts]) => {
      const separator = file.endsWith('.tpl') ? '\n' : '---\n';
      return [file, GENERATED + texts.join(separator).replaceAll(NAMESPACE, '{{ .Release.Namespace }}')];
    }),
  );
}

/** `npm run chart`: writes the templates of k8s/chart that are generated from k8s/base. */
export function chart(): Promise<number> {
  for (const [file, text] of generatedTemplates()) {
    const path = join(CHART, 'templates', file);
    rmSync(path, { force: true });
    writeFileSync(path, text);
    process.stdout.write(`Wrote ${relative(ROOT, path)}\n`);
  }
  return Promise.resolve(0);
}
