import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../paths.ts';
import { operationsOf, type Document, type Operation } from '../manifests/kustomize.ts';
import type { TemplateText } from './template-text.ts';

const kustomizationSchema = z.object({
  patches: z.array(z.object({ target: z.object({ kind: z.string(), name: z.string() }), patch: z.string() })),
});

const tls = (member: string): string => `.Values.redis.tls.${member}`;
const mode = (name: string): string => `eq .Values.redis.mode "${name}"`;

/**
 * The folders in k8s/components whose patches the chart applies depending on its values. `conditionOf` returns the
 * condition for an operation of a patch.
 */
const OPTIONS: readonly { folder: string; conditionOf: (operation: Operation) => string }[] = [
  {
    folder: 'redis-tls',
    conditionOf: (operation) => tls(/redis-ca/.test(JSON.stringify(operation)) ? 'privateCa' : 'enabled'),
  },
  { folder: 'redis-client-cert', conditionOf: () => tls('clientCertificate') },
  { folder: 'redis-sentinel', conditionOf: () => mode('sentinel') },
  { folder: 'redis-cluster', conditionOf: () => mode('cluster') },
  { folder: 'away', conditionOf: () => '.Values.bff.away.file' },
];

interface Patch {
  condition: string;
  operation: Operation;
}

function patchesOf({ kind, metadata }: Document): Patch[] {
  return OPTIONS.flatMap(({ folder, conditionOf }) => {
    const file = join(ROOT, 'k8s', 'components', folder, 'kustomization.yaml');
    return kustomizationSchema
      .parse(parse(readFileSync(file, 'utf8')))
      .patches.filter(
        ({ target }) => target.kind === kind && new RegExp(`^(?:${target.name})$`).test(metadata.name),
      )
      .flatMap(({ patch }) => operationsOf(patch))
      .map((operation) => ({ condition: conditionOf(operation), operation }));
  });
}

type Tree = Record<string, unknown>;

/**
 * Adds each patch in the folders of `OPTIONS` that applies to this document, under the patch's condition on the chart's
 * values. These patches are for an external Redis and for reaching people who are away.
 * @throws Error for a kind of patch that the chart doesn't support
 */
export function withOptions(document: Document, text: TemplateText): Document {
  const patches = patchesOf(document);
  if (patches.length === 0) return document;
  const tree = structuredClone(document) as unknown as Tree;
  /** The lists that patches create, keyed by path. */
  const created = new Map<string, { condition: string; item: unknown }[]>();
  const original = structuredClone(tree);
  for (const { condition, operation } of patches) {
    const { op, path, value } = operation;
    const [parent, key] = parentOf(tree, path);
    const listPath = path.replace(/\/-$/, '');
    if (op === 'remove') throw new Error(`the chart does not support patches that remove a path: ${path}`);
    if (op === 'test') {
      const [before, name] = parentOf(original, path);
      if (before[name] !== value) throw new Error(`k8s/base no longer has ${path} = ${String(value)}`);
    } else if (op === 'replace') {
      const before = String(parent[key]);
      const [, name] = parentOf(original, path);
      const plain = String(parentOf(original, path)[0][name]);
      if (!String(value).startsWith(plain)) throw new Error(`a patch can only append to ${path}`);
      parent[key] = before + text.value(`{{ if ${condition} }}${String(value).slice(plain.length)}{{ end }}`);
    } else if (key === '-' && Array.isArray(parent)) {
      parent.push(text.item(condition, value));
    } else {
      const items = (key === '-' ? [value] : value) as unknown[];
      created.set(listPath, [
        ...(created.get(listPath) ?? []),
        ...items.map((item) => ({ condition, item })),
      ]);
    }
  }
  for (const [path, items] of created) {
    const [parent, key] = parentOf(tree, path);
    const anyCondition = `or ${[...new Set(items.map(({ condition }) => `(${condition})`))].join(' ')}`;
    const parts = items.map(
      ({ condition, item }) => `  {{- if ${condition} }}\n${indented(stringify([item]))}\n  {{- end }}`,
    );
    parent[text.value(`{{- if ${anyCondition} }}\n${key}:\n${parts.join('\n')}\n{{- end }}`)] = null;
  }
  return tree as unknown as Document;
}

const indented = (lines: string): string =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

/** The object or list containing the member that a JSON pointer refers to, and the member's name. */
function parentOf(tree: Tree, pointer: string): [parent: Tree, key: string] {
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = names.pop() ?? '';
  let at: unknown = tree;
  for (const name of names) at = (at as Tree | undefined)?.[name];
  return [(at ?? {}) as Tree, key];
}
