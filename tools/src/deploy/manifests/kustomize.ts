import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const documentSchema = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
export type Document = z.infer<typeof documentSchema>;

const operationSchema = z.object({
  op: z.enum(['add', 'remove', 'replace', 'test']),
  path: z.string().startsWith('/'),
  value: z.unknown().optional(),
});
/** Kustomize's operations, plus `append`, which creates the list if needed. */
export type Operation = z.infer<typeof operationSchema> | { op: 'append'; path: string; value: unknown };

/** A patch that adds volume mounts to the first container. */
const mountsSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    template: z.strictObject({
      spec: z.strictObject({
        containers: z.tuple([z.strictObject({ name: z.string(), volumeMounts: z.array(z.unknown()) })]),
      }),
    }),
  }),
});

/**
 * Returns a patch's operations. A merge patch that adds volume mounts becomes operations that append them.
 * @throws Error for other merge patches
 */
export function operationsOf(patch: string): Operation[] {
  const parsed: unknown = parse(patch);
  if (Array.isArray(parsed)) return z.array(operationSchema).parse(parsed);
  const [{ volumeMounts }] = mountsSchema.parse(parsed).spec.template.spec.containers;
  const path = '/spec/template/spec/containers/0/volumeMounts/-';
  return volumeMounts.map((value) => ({ op: 'append', path, value }));
}

const kustomizationSchema = z.looseObject({
  resources: z.array(z.string()).default([]),
  patches: z
    .array(
      z.object({ target: z.object({ kind: z.string(), name: z.string().optional() }), patch: z.string() }),
    )
    .default([]),
});

/**
 * The resources in a kustomization's folder with all patches applied. Unlike `kubectl kustomize`, this needs no
 * external program, and doesn't generate, label or rename resources.
 * @throws Error if a patch can't be applied
 */
export function kustomize(folder: string): Document[] {
  const text = readFileSync(join(folder, 'kustomization.yaml'), 'utf8');
  const { resources, patches } = kustomizationSchema.parse(parse(text));
  const documents = resources.flatMap((path) =>
    path.endsWith('.yaml') ? documentsIn(join(folder, path)) : kustomize(join(folder, path)),
  );
  for (const { target, patch } of patches) {
    const name = new RegExp(`^(${target.name ?? '.*'})$`);
    const operations = operationsOf(patch);
    for (const document of documents)
      if (document.kind === target.kind && name.test(document.metadata.name))
        for (const operation of operations) apply(document, operation);
  }
  return documents;
}

export const documentsIn = (file: string): Document[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => documentSchema.parse(document.toJS()));

function apply(document: Document, operation: Operation): void {
  if (operation.op === 'append') return append(document, operation.path, operation.value);
  const { op, path, value } = operation;
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((at, key) => {
    const next = at[key];
    if (typeof next !== 'object' || next === null)
      throw new Error(`${document.metadata.name} has no ${path}.`);
    return next as Record<string, unknown>;
  }, document);
  if (op !== 'add' && !Object.hasOwn(parent, last))
    throw new Error(`${document.metadata.name} has no ${path}.`);
  if (op === 'test' && parent[last] !== value)
    throw new Error(`${document.metadata.name} has a different ${path}.`);
  if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (op === 'remove') Reflect.deleteProperty(parent, last);
  else if (op === 'add' && Array.isArray(parent))
    parent.splice(last === '-' ? parent.length : Number(last), 0, value);
  else if (op !== 'test') parent[last] = value;
}

function append(document: Document, path: string, value: unknown): void {
  try {
    apply(document, { op: 'add', path, value });
  } catch {
    apply(document, { op: 'add', path: path.replace(/\/-$/, ''), value: [value] });
  }
}
