import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE, ROOT, kubectlInNamespace, kubectlText, untilRolledOut } from './cluster.ts';

/** Mounts these settings in the bffs with the `away` component, as in docs/guides/reach-people-who-are-away.md. */
export async function mountAway(settings: object): Promise<void> {
  const folder = join(ROOT, '.artifacts/k8s/away');
  mkdirSync(folder, { recursive: true });
  const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
  const deployed = JSON.parse(await kubectlInNamespace('get', 'deployment', 'bff', '-o', 'json')) as object;
  write('bff.json', { ...deployed, status: undefined });
  write('away.json', settings);
  write('kustomization.yaml', {
    resources: ['bff.json'],
    components: ['../../../k8s/components/away'],
    configMapGenerator: [{ name: 'away', namespace: NAMESPACE, files: ['away.json'] }],
  });
  await kubectlText(['apply', '-k', folder]);
  await untilRolledOut('deployment/bff');
}
