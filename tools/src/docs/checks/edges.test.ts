import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '@tocsin/producer';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../paths.ts';

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The producer's public routes, excluding probes and Prometheus. */
const routes = Object.keys(openApiDocument().paths)
  .filter((path) => !['/healthz', '/readyz', '/metrics'].includes(path))
  .map((path) => path.replaceAll(/\{\w+\}/g, 'x'));

it('should forward every route for publishers in compose', () => {
  const rule = /publish:[^]*?rule: (.*)/.exec(textOf('compose/edge/routes.yaml'))?.[1] ?? '';
  const patterns = [...rule.matchAll(/PathRegexp\(`([^`]+)`\)/g)].map(
    ([, pattern = '']) => new RegExp(pattern),
  );
  const paths = [...rule.matchAll(/Path\(`([^`]+)`\)/g)].map(([, path]) => path);
  const isForwarded = (route: string) =>
    paths.includes(route) || patterns.some((pattern) => pattern.test(route));
  expect(routes.filter((route) => !isForwarded(route))).toEqual([]);
});

it('should forward every route for publishers on Kubernetes', () => {
  const [ingress = ''] = textOf('k8s/components/publish/ingress.yaml').split('---');
  const { spec } = parse(ingress) as {
    spec: { rules: [{ http: { paths: { path: string; pathType: string }[] } }] };
  };
  const isForwarded = (route: string) =>
    spec.rules[0].http.paths.some(
      ({ path, pathType }) => route === path || (pathType === 'Prefix' && route.startsWith(`${path}/`)),
    );
  expect(routes.filter((route) => !isForwarded(route))).toEqual([]);
});
