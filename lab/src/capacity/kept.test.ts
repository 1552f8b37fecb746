import { expect, it } from 'vitest';
import { constantsSchema } from './constants-schema.ts';
import { readConstants } from './kept.ts';
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
  const cpu = { ...CONSTANTS.cpu, ring: { bff: null } };
  const { error } = constantsSchema.safeParse({ ...CONSTANTS, stored, cpu });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['cpu.ring.bff', 'stored.replaced']);
});
