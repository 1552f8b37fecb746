import { parseAllDocuments } from 'yaml';
import { run } from '@tocsin/tools/process/run';
import { CHART } from '../../tools/src/deploy/chart/chart.ts';
import type { Document } from '../../tools/src/deploy/manifests/kustomize.ts';
import { ensureHelm } from '../../tools/src/setup/test-programs/helm.ts';

/** Runs Helm with the given chart values. Needs no cluster. */
export async function helmWith(
  command: readonly string[],
  values: object,
): Promise<{ code: number; output: string; stdout: string }> {
  const options = ['--kube-version', '1.32.0', '--values', '-'];
  return run(await ensureHelm(), [...command, ...options], { input: JSON.stringify(values) });
}

/** Renders a release's manifests. @throws Error with Helm's output if it rejects the values */
export async function template(
  values: object,
  namespace = 'any-namespace',
): Promise<{ text: string; documents: Document[] }> {
  const command = ['template', 'any-release', CHART, '--namespace', namespace];
  const { code, output, stdout } = await helmWith(command, values);
  if (code !== 0) throw new Error(output);
  const documents = parseAllDocuments(stdout)
    .map((document) => document.toJS() as Document | null)
    .filter((document) => document !== null);
  return { text: stdout, documents };
}

export const nameOf = ({ kind, metadata }: Document): string => `${kind} ${metadata.name}`;
