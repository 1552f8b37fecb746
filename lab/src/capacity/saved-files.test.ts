import { describe, expect, it } from 'vitest';
import { constantsSchema } from './constants-schema.ts';
import { formatText } from '@tocsin/tools/print/format-text';
import { predictionsOf } from './check/check.ts';
import { countInaccurate } from './check/compare.ts';
import { CHECK_LOADS } from './check/loads.ts';
import { storedPages, pictureOf, readConstants } from './saved-files.ts';
import { examplePlan, withFigures } from './page.ts';
import { BEFORE, partsOf } from './picture.ts';
import { CONSTANTS } from './model/round-figures.ts';
import { planOf, totalCores } from './model/plan.ts';
import { readCapacityOptions } from './options.ts';

it('should store all constants that a plan needs', () => {
  const plan = planOf(readCapacityOptions([]).load, readConstants());
  if (!plan) throw new Error('There is no plan for the default load.');
  expect(totalCores(plan)).toBeGreaterThan(0);
  const bytes = Object.values(plan.redis).map((need) => need.bytes);
  expect([...bytes, ...Object.values(plan.memory)].filter((value) => !(value > 0))).toEqual([]);
});

it('should reject an incomplete file, and name the missing figures', () => {
  const { replaced: _, ...stored } = CONSTANTS.stored;
  const cpu = { ...CONSTANTS.cpu, comparison: { bff: null } };
  const { error } = constantsSchema.safeParse({ ...CONSTANTS, stored, cpu });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['cpu.comparison.bff', 'stored.replaced']);
});

describe('the page and the picture in the repository', () => {
  it('should show the stored constants and the stored check results', async () => {
    const { page, picture, check } = storedPages();
    const constants = readConstants();
    const generated = withFigures(page, constants, check);
    expect(page).toBe(await formatText('docs/scaling.md', generated));
    expect(picture).toBe(pictureOf(constants));
  });

  it('should compare the measurements with predictions from the stored constants', () => {
    const { check } = storedPages();
    const constants = readConstants();
    const predicted = CHECK_LOADS.map((load) =>
      predictionsOf(load, constants).map(({ predicted }) => Number(predicted.toPrecision(3))),
    );
    expect(check?.loads.map(({ comparisons }) => comparisons.map((row) => row.predicted))).toEqual(predicted);
  });

  it('should be based on a check where all predictions were accurate enough', () => {
    const { check } = storedPages();
    expect(check?.loads).toHaveLength(CHECK_LOADS.length);
    expect(check && countInaccurate(check)).toBe(0);
  });

  it('should show all parts of the plan', () => {
    const plan = examplePlan(readConstants());
    const { cores, gib } = partsOf(plan);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
    expect(sum(cores.map(({ after }) => after))).toBeCloseTo(totalCores(plan));
    expect(sum(cores.map(({ before }) => before))).toBeCloseTo(sum(BEFORE.cores));
    const { entries, broadcast } = plan.redis;
    const small = (entries.bytes + broadcast.bytes) / 2 ** 30;
    const pods =
      plan.instances * (plan.memory.bff + plan.memory.bffSidecar) +
      plan.producers * (plan.memory.producer + plan.memory.producerSidecar);
    const redis = Object.values(plan.redis).reduce((total, { bytes }) => total + bytes, 0);
    expect(sum(gib.map(({ after }) => after)) + small).toBeCloseTo((pods + redis) / 2 ** 30);
  });
});
