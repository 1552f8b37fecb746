import { table } from '@tocsin/tools/print/table';
import { amount } from '../report.ts';
import {
  countInaccurate,
  FACTOR,
  IMMATERIAL_MIB,
  isWithin,
  ratioOf,
  type CheckResult,
  type Comparison,
} from './compare.ts';

const HEADING = ['', 'predicted', 'measured', 'unit', 'measured/predicted'];

const rowOf = (comparison: Comparison): string[] => [
  comparison.name,
  amount(comparison.predicted).padStart(9),
  amount(comparison.measured).padStart(8),
  comparison.unit,
  `${ratioOf(comparison).toFixed(2)}${isWithin(comparison) ? '' : '  OFF'}`,
];

export function checkText(result: CheckResult): string {
  const inaccurate = countInaccurate(result);
  return [
    ...result.loads.map(({ load, comparisons }) => `${load}\n${table([HEADING, ...comparisons.map(rowOf)])}`),
    inaccurate === 0
      ? `All measurements are within a factor of ${FACTOR} of the prediction, or differ from it by less than ${IMMATERIAL_MIB} MiB.`
      : `Measurements off by more than a factor of ${FACTOR}: ${inaccurate}. Measure the constants again: npm run capacity -- --measure`,
  ].join('\n\n');
}
