import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, ensurePrometheus, run } from '@tocsin/tools';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'observability/prometheus');
const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));

const { groups } = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
            annotations: z.strictObject({
              summary: z.string().min(10),
              description: z.string().min(10),
              runbook: z.string(),
            }),
          }),
        ),
      }),
    ),
  })
  .parse(read('rules.yml'));
const alerts = groups.flatMap(({ rules }) => rules);

const { tests } = z
  .object({
    tests: z.array(
      z.object({
        alert_rule_test: z
          .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }))
          .default([]),
      }),
    ),
  })
  .parse(read('rules.test.yml'));
const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);

/** Returns a page's third-level sections, keyed by anchor. */
const sectionsOf = (page: string): Map<string, string> =>
  new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((part) => {
        const [heading = '', ...text] = part.split(/\n(?:##? .*)?/);
        return [heading.trim().toLowerCase().replaceAll(' ', '-'), text.join('\n')];
      }),
  );

describe('the alerts', () => {
  it.each(alerts)('should have test cases where $alert fires and where it doesn’t', ({ alert }) => {
    const alertTests = cases.filter(({ alertname }) => alertname === alert);
    expect(alertTests.filter((testCase) => testCase.exp_alerts.length > 0)).not.toEqual([]);
    expect(alertTests.filter((testCase) => testCase.exp_alerts.length === 0)).not.toEqual([]);
  });

  it.each(alerts)('should link $alert to a section in the runbook', ({ alert, annotations }) => {
    const [page = '', heading = ''] = annotations.runbook.split('#');
    expect(heading).toBe(alert.toLowerCase());
    const section = sectionsOf(readFileSync(join(root, page), 'utf8')).get(heading);
    for (const part of ['**Symptom.**', '**Check.**', '**Fix.**']) expect(section).toContain(part);
  });
});

const promtool = (await ensurePrometheus(console.log))?.promtool;
if (!promtool) console.log('The rules were not checked, because promtool is not installed.');

describe.runIf(promtool)('promtool', () => {
  it.each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'rules.yml'],
    ['test', 'rules', 'rules.test.yml'],
  ])('should succeed with “%s %s” for %s', async (verb, what, file) => {
    if (!promtool) throw new Failure('promtool is not installed');
    const { code, output } = await run(promtool, [verb, what, join(folder, file)]);
    expect(code, output).toBe(0);
  });
});
