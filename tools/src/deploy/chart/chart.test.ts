import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bffSettings } from '@tocsin/bff';
import { producerSettings } from '@tocsin/producer';
import { parse } from 'yaml';
import type { ZodType } from 'zod';
import { productVersion } from '../../containers/images.ts';
import { CHART, generatedTemplates } from './chart.ts';
import { TemplateText } from './template-text.ts';

const textOf = (file: string) => readFileSync(join(CHART, file), 'utf8');

describe('the chart', () => {
  it.each([...generatedTemplates()])(
    'should be up to date with k8s/base (`npm run chart` writes %s)',
    (file, text) => {
      const path = join('templates', file);
      expect(existsSync(join(CHART, path)) && textOf(path)).toBe(text);
    },
  );

  it('should contain no templates that the generator no longer writes', () => {
    const generated = readdirSync(join(CHART, 'templates'), { withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() && textOf(join('templates', entry.name)).includes('Generated from k8s/base'),
      )
      .map(({ name }) => name);
    expect(generated.sort()).toEqual([...generatedTemplates().keys()].sort());
  });

  it('should have the product’s version', () => {
    const { version, appVersion } = parse(textOf('Chart.yaml')) as Record<string, unknown>;
    expect([version, appVersion]).toEqual([productVersion(), productVersion()]);
  });

  it('should have a schema entry for every value, and no other top-level entries', () => {
    type Schema = { properties?: Record<string, Schema> };
    const schema = JSON.parse(textOf('values.schema.json')) as Schema;
    const paths = (value: unknown, at: Schema | undefined): string[] =>
      value === null || typeof value !== 'object' || Array.isArray(value) || !at?.properties
        ? []
        : Object.entries(value).flatMap(([key, inner]) => [
            ...(at.properties?.[key] ? [] : [key]),
            ...paths(inner, at.properties?.[key]).map((path) => `${key}.${path}`),
          ]);
    const values = parse(textOf('values.yaml')) as Record<string, unknown>;
    expect(paths(values, schema)).toEqual([]);
    expect(Object.keys(schema.properties ?? {}).sort()).toEqual([...Object.keys(values), 'global'].sort());
  });
});

it('should accept settings for each application, and set those for the ui in its environment', () => {
  const values = parse(textOf('values.yaml')) as Record<string, { settings?: object }>;
  expect(['producer', 'bff', 'ui'].map((app) => values[app]?.settings)).toEqual([{}, {}, {}]);
  expect(generatedTemplates().get('ui.yaml')).toContain('env: {{ include "tocsin.uiEnv" . |');
  expect(textOf('templates/_helpers.tpl')).toContain('.Values.ui.settings');
});

describe('the limits in the values', () => {
  const helpers = textOf('templates/_helpers.tpl');
  const [, yaml = ''] = /define "tocsin\.limits" -\}\}\n([^{]*)/.exec(helpers) ?? [];
  const settings = { bff: bffSettings.shape, producer: producerSettings.shape };
  const limits = Object.entries(parse(yaml) as Record<keyof typeof settings, Record<string, string>>).flatMap(
    ([app, names]) => Object.entries(names).map(([limit, setting]) => ({ app, limit, setting })),
  );
  type Bounds = Record<string, { minimum: number; maximum: number }>;
  const schema = JSON.parse(textOf('values.schema.json')) as {
    properties: { quotas: { properties: { limits: { properties: Bounds } } } };
  };
  const bounds = schema.properties.quotas.properties.limits.properties;

  it('should have the same names as in the schema', () => {
    expect(limits.map(({ limit }) => limit).sort()).toEqual(Object.keys(bounds).sort());
  });

  it.each(limits)('should have the same bounds as the setting: $app $limit', ({ app, limit, setting }) => {
    const field = (settings[app as keyof typeof settings] as Record<string, ZodType>)[setting];
    const isValid = (value: number) => field?.safeParse(String(value)).success;
    const { minimum = NaN, maximum = NaN } = bounds[limit] ?? {};
    expect([minimum - 1, minimum, maximum, maximum + 1].map(isValid)).toEqual([false, true, true, false]);
  });
});

describe('TemplateText', () => {
  it('should insert expressions in place of values or whole members', () => {
    const text = new TemplateText();
    const member = text.value('{{- if .a }}\nb: {{ .b }}\n{{- end }}');
    const manifest = { outer: { [member]: null, c: text.value('{{ .c | quote }}'), d: 'x: y' } };
    expect(text.render(manifest)).toBe(
      'outer:\n  {{- if .a }}\n  b: {{ .b }}\n  {{- end }}\n  c: {{ .c | quote }}\n  d: "x: y"\n',
    );
  });
});
