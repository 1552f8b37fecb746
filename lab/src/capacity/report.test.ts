import { describe, expect, it } from 'vitest';
import type { Load } from './model/load.ts';
import { limitsOf } from './model/limits.ts';
import { planOf, type Plan } from './model/plan.ts';
import { CONSTANTS, LOAD } from './model/round-figures.ts';
import { withFigures } from './page.ts';
import { amount, planText } from './report.ts';

function textOf(load: Partial<Load>): string {
  const plan = planOf({ ...LOAD, ...load }, CONSTANTS) as Plan;
  return planText(plan, limitsOf(plan, CONSTANTS), CONSTANTS, 'constants.json');
}

describe('a plan in words', () => {
  it('should name every kind of process, and what the figures rest on', () => {
    const text = textOf({});
    for (const name of ['producer', 'sidecar of a bff', 'Redis: announcements', 'Redis: broadcaster'])
      expect(text).toContain(`\n${name} `);
    expect(text).toMatch(/Computed from constants\.json: a test, 2 cores.*Node 20, Dapr 1, Redis 7/);
    expect(text).not.toContain('NaN');
  });

  it('should say what is beyond what was measured, and nothing else', () => {
    expect(textOf({ connections: 4_000, rate: 200, instances: 4 })).not.toContain('Extrapolated');
    const text = textOf({ connections: 4_001, payload: 300 });
    expect(text).toContain('4,001 connections (measured: 4,000)');
    expect(text).toContain('300 bytes of payload (measured: 200)');
    expect(text).not.toContain('bffs (measured');
  });

  it('should say what has to be set, and what cannot be had', () => {
    expect(textOf({ connections: 100_000 })).toContain('MAX_CONNECTIONS on the bffs: 50,000');
    expect(textOf({ connections: 100_000 })).toMatch(/Over the target: the process of a bff/);
    expect(textOf({ feeds: 10_000, connections: 20_000, rate: 2_000 })).toContain('--max-old-space-size');
    expect(textOf({ rate: 20_000, feeds: 1_000 })).toContain('no setting divides one component');
    expect(textOf({ rate: 1, connections: 10 })).not.toContain('MAX_CONNECTIONS');
  });

  it('should write figures with as many digits as they are worth', () => {
    expect([0, 0.0123, 1.26, 12.4, 99.9, 100.4, 1_234_567].map(amount)).toEqual([
      '0',
      '0.012',
      '1.3',
      '12',
      '100',
      '100',
      '1,234,567',
    ]);
  });
});

describe('the page', () => {
  const marks = [
    '<!-- Made by `npm run capacity -- --measure` and `-- --check`; what stands between these two lines is replaced. -->',
    '<!-- The end of what `npm run capacity` makes. -->',
  ];
  const check = {
    startedAt: '',
    loads: [
      { load: 'a load', comparisons: [{ name: 'CPU of all', unit: 'cores', predicted: 1, measured: 2 }] },
    ],
  };

  it('should hold costs, the example and the check between its marks, and be the same when made again', () => {
    const page = withFigures(`before\n${marks.join('\nold\n')}\nafter`, CONSTANTS, check);
    expect(page).toMatch(
      /^before.*written to one socket.*--instances 40.*CPU of all .*2\.00 {2}OFF.*after$/s,
    );
    expect(page).not.toContain('\nold\n');
    expect(withFigures(page, CONSTANTS, check)).toBe(page);
    expect(withFigures(page, CONSTANTS, undefined)).not.toContain('CPU of all');
  });

  it('should be refused without its marks', () => {
    expect(() => withFigures('nothing', CONSTANTS, undefined)).toThrow(/lacks the lines/);
  });
});
